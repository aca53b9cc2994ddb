import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { DESKTOP, PHONE, type Site, withSite } from './site.js';

let site: Site;

withSite((started) => {
  site = started;
});

function head(name: string) {
  return site.page.getByRole('columnheader', { name, exact: true });
}

describe('long names', () => {
  const NAME = 'n'.repeat(500);
  const METRIC = 'm'.repeat(250);
  const PARAMETER = 'p'.repeat(250);

  beforeAll(async () => {
    // Enough columns that none is given room to spare.
    const others = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`${i}`, 'x'.repeat(300)]));
    const parameters = { [PARAMETER]: 'x', ...others };
    await site.loggedRun('long names', NAME, { parameters, metrics: { [METRIC]: [1] } });
  });

  it.each([
    ['18rem', DESKTOP, 18 * 16],
    ['two fifths of a phone', PHONE, 0.4 * PHONE.width],
  ])('of runs take no more than %s, and are whole when pointed at', async (_, viewport, widest) => {
    await site.visit(viewport);
    await site.page.goto('/results?experiment=long%20names');
    await site.page.getByTitle(NAME).waitFor();
    const box = await site.page.locator('tbody th').boundingBox();
    expect(box?.width).toBeLessThanOrEqual(widest + 1);
  });

  it('of parameters and metrics take no more than their values may', async () => {
    await site.page.goto('/results?experiment=long%20names');
    for (const name of [PARAMETER, METRIC]) {
      await head(name).waitFor();
      expect((await head(name).boundingBox())?.width).toBeLessThanOrEqual(18 * 16 + 1);
      expect(await head(name).getAttribute('title')).toContain(name);
    }
  });
});

describe('the columns', () => {
  it('are at first those that most runs have, in the order in which people count', async () => {
    const common = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`p0_${i + 4}`, 'x']));
    for (const run of ['one', 'two']) {
      const rare = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`${run} only ${i}`, 'x']));
      await site.loggedRun('names in use', run, { parameters: { ...rare, ...common } });
    }
    await site.page.goto('/results?experiment=names%20in%20use');
    await head('p0_11').waitFor();
    expect(await site.page.locator('thead th').allTextContents()).toEqual([
      'Run',
      ...Array.from({ length: 8 }, (_, i) => `p0_${i + 4}`),
      'Status',
      'Duration',
      'Started',
    ]);
  });

  it('stay as they were chosen, at the next visit as well, until the usual ones are asked for', async () => {
    await site.loggedRun('chosen', 'one', { parameters: { kept: 'x', dropped: 'y' } });
    await site.loggedRun('others', 'one', { parameters: { kept: 'x', dropped: 'y' } });
    await site.page.goto('/results?experiment=chosen');
    await site.page.getByText('Columns: 2 of 2').click();
    await site.page.getByRole('checkbox', { name: 'dropped' }).uncheck();
    await head('dropped').waitFor({ state: 'detached' });
    await site.page.getByRole('link', { name: 'one', exact: true }).click();
    await site.page.getByRole('heading', { name: 'one', level: 1 }).waitFor();
    await site.page.goBack();
    await site.page.getByText('Columns: 1 of 2').waitFor();
    await site.page.reload();
    await site.page.getByText('Columns: 1 of 2').click();
    await site.page.getByRole('button', { name: 'Show the usual columns' }).click();
    await head('dropped').waitFor();
    await site.page.reload();
    await site.page.getByText('Columns: 2 of 2').waitFor();
    await site.page.getByLabel('Experiment').selectOption('others');
    await head('dropped').waitFor();
  });
});

describe('a search that nobody answers', () => {
  it('shows a request that works, and succeeds by itself when the server is back', async () => {
    await site.loggedRun('outage', 'one', { parameters: { depth: '3' } });
    await site.page.goto('/results?experiment=outage');
    await head('depth').waitFor();
    const calls = ['**/api/v1/**', '**/health/ready'];
    for (const call of calls) await site.page.route(call, (route) => route.abort());
    await site.page.getByLabel('Filter runs').fill("params.depth = '3'");
    await site.page.getByRole('button', { name: 'Search' }).click();
    const card = site.page.getByRole('alert').filter({ hasText: 'The results could not be loaded' });
    await card.waitFor();
    const command = (await card.locator('code').allTextContents()).join('');
    const body = /-d '(.*)'$/.exec(command.replaceAll(`'\\''`, "'"))?.[1] ?? '';
    const answer = await site.api.post<{ runs: unknown[] }>('/api/v1/runs/search', body);
    expect(answer.body.runs).toHaveLength(1);
    for (const call of calls) await site.page.unroute(call);
    await site.page.getByText('1 run matches').waitFor();
    expect(await card.count()).toBe(0);
    site.forgive(/net::ERR_FAILED/);
  });
});

describe('the runs of an experiment', () => {
  it('are sorted by a parameter as numbers, then what is none, then those without it', async () => {
    for (const rate of ['10', '9', '1e-7', '0.5', 'auto']) {
      await site.loggedRun('rates', `rate ${rate}`, { parameters: { rate } });
    }
    await site.loggedRun('rates', 'no rate');
    await site.page.goto('/results?experiment=rates');
    await head('rate').getByRole('link').click();
    await site.page.waitForURL(/sort=parameters.rate/);
    const names = site.page.locator('tbody th');
    await names.first().filter({ hasText: 'rate 1e-7' }).waitFor();
    const sorted = ['rate 1e-7', 'rate 0.5', 'rate 9', 'rate 10', 'rate auto', 'no rate'];
    expect(await names.allTextContents()).toEqual(sorted);
    await head('rate').getByRole('link').click();
    await names.first().filter({ hasText: 'rate 10' }).waitFor();
    expect(await names.allTextContents()).toEqual([...sorted.slice(0, 4).reverse(), ...sorted.slice(4)]);
  });
});

describe('a long list', () => {
  it('says below its end where the rest does not come, and goes on at the next try', async () => {
    await site.api.post('/api/v1/experiments', { name: 'long list' });
    const runs = Array.from({ length: 120 }, (_, i) => ({ experiment: 'long list', name: `one of them ${i}` }));
    await Promise.all(runs.map((run) => site.api.post('/api/v1/runs', run)));
    await site.page.goto('/results?experiment=long%20list');
    const more = site.page.getByRole('button', { name: 'Load more' });
    await more.waitFor();
    await site.page.route('**/api/v1/runs/search', (route) => route.abort());
    await more.click();
    const card = site.page.getByRole('alert').filter({ hasText: 'More runs could not be loaded' });
    await card.waitFor();
    const table = await site.page.getByRole('table').boundingBox();
    expect((await card.boundingBox())?.y).toBeGreaterThan((table?.y ?? 0) + (table?.height ?? 0) - 1);
    await site.page.unroute('**/api/v1/runs/search');
    await card.getByRole('button', { name: 'Try again' }).click();
    await card.waitFor({ state: 'detached' });
    expect(await site.page.locator('tbody tr').count()).toBeGreaterThan(50);
    site.forgive(/Failed to load resource: net::ERR_FAILED/);
  });
});

describe('the best of an experiment of the catalogue', () => {
  it('is that of all finished runs, whoever logged them', async () => {
    const finished = await site.loggedRun('wine-quality', 'by a client', {
      parameters: { alpha: '0.25', seed: '7' },
      metrics: { rmse: [0.0625] },
    });
    await site.loggedRun('wine-quality', 'not over', { metrics: { rmse: [0.03125] }, status: 'RUNNING' });
    await site.loggedRun('wine-quality', 'diverged', { metrics: { r2: ['NaN'] } });
    await site.page.goto('/results?experiment=wine-quality&sort=metrics.rmse&order=asc');
    const card = site.page.getByRole('listitem').filter({ hasText: 'Best rmse' });
    await card.waitFor();
    expect(await card.textContent()).toBe('Best rmse lower is better0.0625000alpha 0.25');
    expect(await card.getByRole('link').getAttribute('href')).toBe(`/runs/${finished}`);
    await site.rowOf('by a client').getByTitle('No finished run has a better rmse').waitFor();
    expect(await site.rowOf('not over').getByText('best').count()).toBe(0);
    const { body } = await site.api.get<{ results: { task_id: string; metrics: { r2: number } }[] }>(
      '/experiment/wine-quality/results?sort=metrics.r2&order=desc&limit=1',
    );
    const r2 = body.results[0].metrics.r2.toPrecision(6);
    await site.rowOf(r2).getByTitle('No finished run has a better r2').waitFor();
    await site.page.goto(`/runs/${body.results[0].task_id}`);
    await site.page.getByText('Best so far: 0.0625000').waitFor();
  });
});

describe('the runs that a search found', () => {
  it.each([
    ['CSV', 'csv'],
    ['JSON lines', 'jsonl'],
    ['Parquet', 'parquet'],
  ])('can be downloaded as %s', async (link, extension) => {
    await site.loggedRun('to take away', 'odd & even', { metrics: { 'loss 1': [1] } });
    const filter = encodeURIComponent("run_name = 'odd & even'");
    await site.page.goto(`/results?experiment=to%20take%20away&filter=${filter}&sort=metrics.loss%201`);
    const [download] = await Promise.all([
      site.page.waitForEvent('download'),
      site.page.getByRole('link', { name: link, exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(new RegExp(`\\.${extension}$`));
    const content = readFileSync(await download.path());
    expect(content.length).toBeGreaterThan(100);
    if (extension !== 'parquet') expect(content.toString()).toContain('odd & even');
    const query = new URL(download.url()).searchParams;
    expect(query.getAll('order_by')).toEqual(['metrics."loss 1" asc']);
    expect(query.get('experiment')).toBe('to take away');
    expect(query.get('filter')).toBe("run_name = 'odd & even'");
  });
});
