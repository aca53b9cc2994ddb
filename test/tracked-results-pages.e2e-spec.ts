import { describe, expect, it } from '@jest/globals';
import { itLooksRight } from './page-looks.js';
import { REFUSED, type Site, withSite } from './site.js';
import { EXPERIMENT, TrackedRuns } from './tracked-runs.js';

let site: Site;
let runs: TrackedRuns;
let runId: string;

withSite(async (started) => {
  site = started;
  runs = new TrackedRuns(site);
  runId = await runs.logSpiky();
  await runs.logOthers();
});

describe('the results of an experiment', () => {
  const search = () => site.page.getByLabel('Filter runs');
  const names = () => site.page.locator('tbody th').allTextContents();

  it('are those of the experiment that is chosen, with what its runs have as columns', async () => {
    await site.page.goto('/results?experiment=wine-quality');
    await site.page.getByLabel('Experiment').selectOption(EXPERIMENT);
    await site.rowOf('spiky').waitFor();
    expect(new URL(site.page.url()).searchParams.get('experiment')).toBe(EXPERIMENT);
    for (const name of ['Run', 'optimizer', 'accuracy', 'val/loss', 'Status', 'Duration', 'Started']) {
      await site.page.getByRole('columnheader', { name, exact: true }).waitFor();
    }
    expect(await site.rowOf('spiky').locator('td').allTextContents()).toEqual(
      expect.arrayContaining(['adam', '0.875', 'NaN', 'FINISHED', '3 min 20 s']),
    );
    await site.page.getByText(/^Columns: \d+ of \d+$/).click();
    await site.page.getByLabel('Offer columns whose name contains').fill('optim');
    await site.page.getByRole('checkbox', { name: 'optimizer' }).uncheck();
    await site.page.getByRole('columnheader', { name: 'optimizer', exact: true }).waitFor({ state: 'detached' });
  });

  it('begin with the experiment in which something happened last', async () => {
    await runs.started('busy', 'the latest');
    await site.page.goto('/results');
    await site.rowOf('the latest').waitFor();
    expect(await site.page.getByLabel('Experiment').inputValue()).toBe('busy');
  });

  it('offer every name in use, however many there are, and show what they are sorted by', async () => {
    const keys = Array.from({ length: 1_200 }, (_, i) => `k${i % 6}/${String(i).padStart(4, '0')}`);
    const run_id = await runs.started('many names', 'broad', { depth: '3' });
    for (const part of [keys.slice(0, 1_000), keys.slice(1_000)]) {
      await runs.mlflow('runs/log-batch', {
        run_id,
        metrics: part.map((key) => ({ key, value: 0.5, step: 0, timestamp: 1 })),
      });
    }
    await site.page.goto('/results?experiment=many%20names&sort=metrics.k5/1199');
    await site.page.locator('th[aria-sort=ascending]', { hasText: 'k5/1199' }).waitFor();
    await site.page.getByText('Columns: 10 of more than 1,002').click();
    const wanted = site.page.getByLabel('Offer columns whose name begins with');
    let asked = 0;
    site.page.on('request', (request) => {
      if (request.url().includes('prefix=k')) asked++;
    });
    await wanted.pressSequentially('k5/11', { delay: 20 });
    await site.page.getByRole('checkbox', { name: 'k5/1193' }).check();
    await site.page.getByRole('columnheader', { name: 'k5/1193' }).waitFor();
    // Once for the parameters and once for the metrics, not at every letter.
    expect(asked).toBe(2);
    expect(await site.page.getByRole('checkbox').count()).toBe(17);
    await wanted.fill('k5/1199');
    await site.page.getByRole('checkbox', { name: 'k5/1199' }).uncheck();
    await site.page.getByRole('columnheader', { name: 'k5/1199' }).waitFor({ state: 'detached' });
    await wanted.fill('nothing');
    await site.page.getByText('No name begins with nothing.').waitFor();
    // What is shown can be taken away again wherever its name stands in the list.
    await wanted.fill('');
    await site.page.getByRole('checkbox', { name: 'k5/1193' }).uncheck();
    await site.page.getByRole('columnheader', { name: 'k5/1193' }).waitFor({ state: 'detached' });
    await site.page.getByText('and more; type how the name begins').waitFor();
  });

  it('tell what a run lacks, whatever it is called', async () => {
    await runs.started('odd names', 'lacks them');
    await runs.started('odd names', 'has them', { constructor: 'a', toString: 'b', valueOf: 'c' });
    await site.page.goto('/results?experiment=odd%20names');
    await site.page.getByRole('columnheader', { name: 'valueOf' }).waitFor();
    expect((await site.rowOf('lacks them').locator('td').allTextContents()).slice(0, 3)).toEqual(['–', '–', '–']);
    expect((await site.rowOf('has them').locator('td').allTextContents()).slice(0, 3)).toEqual(['a', 'b', 'c']);
  });

  it('are those of an experiment whose name has blanks and breaks that a page would not show', async () => {
    const name = ' two  blanks\nand a break ';
    await runs.started(name, 'among blanks');
    await site.page.goto('/results');
    await site.page.getByLabel('Experiment').selectOption({ value: name });
    await site.rowOf('among blanks').waitFor();
    expect(new URL(site.page.url()).searchParams.get('experiment')).toBe(name);
  });

  it.each(['2024212658', 'true', '"quoted"', '1e3'])(
    'are those of the experiment %s that an address names',
    async (name) => {
      await runs.started(name, 'by address');
      await site.page.goto(`/results?experiment=${encodeURIComponent(name)}`);
      await site.rowOf('by address').waitFor();
      await site.page.getByRole('columnheader', { name: 'Run' }).getByRole('link').click();
      await site.page.locator('th[aria-sort=ascending]', { hasText: 'Run' }).waitFor();
      expect(new URL(site.page.url()).searchParams.get('experiment')).toBe(name);
    },
  );

  it('are filtered by a number where an address says so', async () => {
    await site.page.goto(`/results?experiment=${EXPERIMENT}&filter=5`);
    await site.page.locator('input[aria-invalid=true]').waitFor();
    expect(await search().inputValue()).toBe('5');
    site.forgive(REFUSED);
  });

  it('are filtered by what is typed, and the address keeps it', async () => {
    await site.page.goto(`/results?experiment=${EXPERIMENT}`);
    await search().fill("params.optimizer = 'sgd' AND NOT (metrics.accuracy > 0.6 OR metrics.accuracy < 0)");
    await site.page.getByRole('button', { name: 'Search' }).click();
    await site.page.getByText('1 run matches').waitFor();
    expect(await names()).toEqual(['first']);
    await site.page.reload();
    await site.page.getByText('1 run matches').waitFor();
    expect(await search().inputValue()).toBe(
      "params.optimizer = 'sgd' AND NOT (metrics.accuracy > 0.6 OR metrics.accuracy < 0)",
    );
    await search().fill('metrics.accuracy > 7');
    await search().press('Enter');
    await site.page.getByText('No run matches').waitFor();
  });

  it('tell where a filter is wrong and what could stand there', async () => {
    await site.page.goto(`/results?experiment=${EXPERIMENT}`);
    await search().fill('metrics.accuracy >> 3');
    await search().press('Enter');
    await site.page.locator('input[aria-invalid=true]').waitFor();
    const error = site.page.locator(`#${await search().getAttribute('aria-describedby')}`);
    expect(await error.locator('pre').textContent()).toBe('metrics.accuracy >> 3\n                 ^');
    expect(await error.textContent()).toMatch(/is not understood at position 17.*allowed: /);
    await search().fill('metrics.accuracy > 0.8');
    await search().press('Enter');
    await site.page.getByText('1 run matches').waitFor();
    expect(await search().getAttribute('aria-invalid')).toBe('false');
    site.forgive(REFUSED);
  });

  it('are sorted by a parameter with a blank in its name, and by a metric', async () => {
    await site.page.goto(`/results?experiment=${EXPERIMENT}&filter=${encodeURIComponent("params.optimizer = 'sgd'")}`);
    await site.page.getByRole('columnheader', { name: 'batch size' }).getByRole('link').click();
    await site.page.locator('th[aria-sort=ascending]', { hasText: 'batch size' }).waitFor();
    expect(await names()).toEqual(['first', 'second']);
    await site.page.getByRole('columnheader', { name: 'accuracy' }).getByRole('link').click();
    await site.page.locator('th[aria-sort=ascending]', { hasText: 'accuracy' }).waitFor();
    await site.page.getByRole('columnheader', { name: 'accuracy' }).getByRole('link').click();
    await site.page.locator('th[aria-sort=descending]', { hasText: 'accuracy' }).waitFor();
    expect(await names()).toEqual(['second', 'first']);
  });

  it('say how to log the first run where there is none', async () => {
    await site.page.goto('/results?experiment=nothing%20yet');
    await site.page.getByText(`mlflow.set_tracking_uri("${site.url}")`).waitFor();
    await site.page.getByText(`curl ${site.url}/api/v1/runs`).waitFor();
  });
});

describe('each page of the tracking store', () => {
  const pages = () => [
    { name: 'client-run', path: `/runs/${runId}`, ready: site.page.locator('canvas').first() },
    { name: 'client-results', path: `/results?experiment=${EXPERIMENT}`, ready: site.rowOf('spiky') },
    {
      name: 'refused-filter',
      path: `/results?experiment=${EXPERIMENT}&filter=metrics.accuracy%20%3E%3E%203`,
      ready: site.page.locator('input[aria-invalid=true]'),
    },
    { name: 'no-runs', path: '/results?experiment=nothing%20yet', ready: site.page.getByText('set_tracking_uri') },
  ];

  itLooksRight(() => site, pages, REFUSED);
});
