import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AxeBuilder } from '@axe-core/playwright';
import { describe, expect, it } from '@jest/globals';
import { DESKTOP, PHONE, REFUSED, type Site, withSite } from './site.js';

const THEMES = ['light', 'dark'] as const;
const LOOKS = [
  ['light', DESKTOP, 'light'],
  ['dark', DESKTOP, 'dark'],
  ['light on a phone', PHONE, 'light'],
] as const;
const EXPERIMENT = 'curves';
const POINTS = 2_000;
const SPIKE = { step: 1_234, value: 99.5 };
const NOTE = 'Converges <b>late</b>.\nSecond line.';
/** What a model file may hold: no text, and every byte counts. */
const MODEL = Uint8Array.from({ length: 3_000 }, (_, i) => (i * 31) % 256);
/** Where pictures of the pages are put, for somebody to look at them. */
const SCREENSHOT_DIR = process.env.SCREENSHOT_DIR;

let site: Site;
let runId: string;

withSite(async (started) => {
  site = started;
  runId = await logRun();
  await logOthers();
});

/** As an MLflow client does it, request by request. */
async function logRun(): Promise<string> {
  const { experiment_id } = await mlflow<{ experiment_id: string }>('experiments/create', { name: EXPERIMENT });
  const start = Date.parse('2026-03-01T12:00:00Z');
  const { run } = await mlflow<{ run: { info: { run_id: string } } }>('runs/create', {
    experiment_id,
    run_name: 'spiky',
    user_id: 'ada',
    start_time: start,
    tags: [
      { key: 'team', value: 'growth' },
      { key: 'mlflow.source.name', value: 'train.py' },
      { key: 'mlflow.note.content', value: NOTE },
    ],
  });
  const { run_id } = run.info;
  const loss = (step: number) => (step === SPIKE.step ? SPIKE.value : 1 / (1 + step / 100));
  for (let first = 0; first < POINTS; first += 1_000) {
    await mlflow('runs/log-batch', {
      run_id,
      metrics: Array.from({ length: 1_000 }, (_, i) => ({
        key: 'train/loss',
        value: loss(first + i),
        step: first + i,
        timestamp: start + (first + i) * 100,
      })),
    });
  }
  await mlflow('runs/log-batch', {
    run_id,
    params: [
      { key: 'optimizer', value: 'adam' },
      { key: 'p'.repeat(250), value: 'v'.repeat(6_000) },
    ],
    metrics: [
      { key: 'accuracy', value: 0.875, step: 0, timestamp: start },
      ...[1, 2, 3].map((step) => ({ key: 'val/loss', value: 1 / step, step, timestamp: start + step })),
      { key: 'val/loss', value: 'NaN', step: 4, timestamp: start + 4 },
    ],
  });
  const stored = await fetch(`${site.url}/api/v1/runs/${run_id}/artifacts/model/weights%20v1.bin`, {
    method: 'PUT',
    body: MODEL,
  });
  expect(stored.status).toBe(200);
  await mlflow('runs/update', { run_id, status: 'FINISHED', end_time: start + 200_000 });
  return run_id;
}

/** Two short runs beside it, and an experiment without any. */
async function logOthers(): Promise<void> {
  for (const { name, value } of [
    { name: 'first', value: 0.5 },
    { name: 'second', value: 0.75 },
  ]) {
    const run_id = await started(EXPERIMENT, name, { optimizer: 'sgd', 'batch size': name });
    await mlflow('runs/log-batch', { run_id, metrics: [{ key: 'accuracy', value, step: 0, timestamp: 1 }] });
  }
  await site.api.post('/api/v1/experiments', { name: 'nothing yet' });
  await site.api.post('/api/v1/experiments', { name: 'wide' });
}

async function started(experiment: string, name: string, parameters: Record<string, string> = {}): Promise<string> {
  const { body } = await site.api.post<{ run_id: string }>('/api/v1/runs', { experiment, name, parameters });
  return body.run_id;
}

async function mlflow<Answer>(path: string, body: unknown): Promise<Answer> {
  const answer = await site.api.post<Answer>(`/api/2.0/mlflow/${path}`, body);
  if (answer.status !== 200) throw new Error(`${path} answered ${JSON.stringify(answer.body)}`);
  return answer.body;
}

function cellsOf(metric: string): Promise<string[]> {
  return site.rowOf(metric).locator('td').allTextContents();
}

/** The picture of a metric, by the words that stand for it. */
function chartOf(metric: string) {
  return site.page.getByRole('img', { name: new RegExp(`^${metric}: `) });
}

describe('a run that a client logged', () => {
  it('opens by the links that MLflow clients print', async () => {
    const { body } = await site.api.get<{ experiment_id: number }>(`/api/v1/runs/${runId}`);
    await site.page.goto(`/#/experiments/${body.experiment_id}/runs/${runId}`);
    await site.page.getByRole('heading', { name: 'spiky', level: 1 }).waitFor();
    await site.page.goto('about:blank');
    await site.page.goto(`/#/experiments/${body.experiment_id}`);
    await site.page.waitForURL(`**/results?experiment=${EXPERIMENT}`);
  });

  it('shows what was logged: status, parameters, values, tags and note', async () => {
    await site.page.goto(`/runs/${runId}`);
    await site.page.getByRole('heading', { name: 'spiky', level: 1 }).waitFor();
    await site.rowOf('train/loss').waitFor();
    expect(await cellsOf('train/loss')).toEqual(['0.0476417', '0.0476417', '99.5', '2,000']);
    expect(await cellsOf('accuracy')).toEqual(['0.875', '0.875', '0.875', '1']);
    expect(await cellsOf('val/loss')).toEqual(['NaN', '0.333333', '1', '4']);
    expect(await site.page.locator('header', { hasText: 'spiky' }).textContent()).toMatch(/FINISHED.*3 min 20 s.*ada/);
    expect(await site.page.getByText('Converges').textContent()).toBe(NOTE);
    await site.page.getByText('optimizer').waitFor();
    await site.page.getByText('team').waitFor();
    await site.page.getByText('1 tag of the client').click();
    await site.page.getByText('train.py').waitFor();
  });

  it('draws its metrics without losing the spike, and says so to those who do not see it', async () => {
    await site.page.goto(`/runs/${runId}`);
    await chartOf('train/loss').locator('canvas').waitFor();
    expect(await chartOf('train/loss').getAttribute('aria-label')).toBe(
      'train/loss: lowest 0.0476417 at step 1999, highest 99.5 at step 1234',
    );
    await site.page.getByText(/^\d+ of 2,000 points$/).waitFor();
    expect(await site.page.getByRole('img').count()).toBe(2);
    await chartOf('val/loss').waitFor();
    expect(await chartOf('accuracy').count()).toBe(0);
  });

  it('draws them in a browser that was started without a language', async () => {
    await site.page.addInitScript(() =>
      Object.defineProperty(Navigator.prototype, 'language', { get: () => 'en-US@posix' }),
    );
    await site.page.goto(`/runs/${runId}`);
    await site.page.locator('canvas').first().waitFor();
  });

  it('shows the rest of the run where what draws them does not come, and draws them at the next try', async () => {
    await site.page.route('**/metric-chart-*.js', (route) => route.abort());
    await site.page.goto(`/runs/${runId}`);
    const failed = site.page.getByRole('alert').filter({ hasText: 'This chart could not be loaded' });
    await failed.first().waitFor();
    expect(await cellsOf('accuracy')).toEqual(['0.875', '0.875', '0.875', '1']);
    await site.page.unroute('**/metric-chart-*.js');
    await failed.first().getByRole('button', { name: 'Try again' }).click();
    await chartOf('train/loss').locator('canvas').waitFor();
    site.forgive(/net::ERR_FAILED|dynamically imported module/);
  });

  it('looks closer where somebody drags, asks for that range anew, and goes back', async () => {
    await site.page.goto(`/runs/${runId}`);
    const chart = chartOf('train/loss');
    await chart.locator('canvas').waitFor();
    // The files stand above the charts and move them when they come.
    await site.page.getByText('model', { exact: true }).waitFor();
    const over = await chart.locator('.u-over').boundingBox();
    if (!over) throw new Error('the chart has no size');
    const asked = site.page.waitForRequest((request) => request.postDataJSON()?.from > 0);
    await site.page.mouse.move(over.x + over.width / 4, over.y + 50);
    await site.page.mouse.down();
    await site.page.mouse.move(over.x + over.width / 2, over.y + 50, { steps: 5 });
    await site.page.mouse.up();
    const { from, to } = (await asked).postDataJSON();
    expect(from).toBeGreaterThan(400);
    expect(to).toBeLessThan(1_100);
    await site.page.getByRole('img', { name: /^train\/loss: lowest .* highest 0\.1\d+ at step [45]\d\d$/ }).waitFor();
    await chart.locator('.u-over').dblclick();
    await site.page.getByRole('img', { name: /highest 99\.5 at step 1234$/ }).waitFor();
    await chart.focus();
    await site.page.keyboard.press('+');
    await site.page.getByRole('img', { name: /^train\/loss: lowest .* at step 1499,/ }).waitFor();
    await site.page.getByRole('button', { name: 'Show all of train/loss' }).click();
    await site.page.getByRole('img', { name: /^train\/loss: lowest .* at step 1999,/ }).waitFor();
  });

  it('draws along the time, too', async () => {
    await site.page.goto(`/runs/${runId}`);
    await site.page.getByLabel('Along').selectOption('relative');
    await site.page.getByRole('img', { name: /highest 99\.5 at 2 min 3 s in$/ }).waitFor();
    await site.page.getByLabel('Along').selectOption('time');
    await site.page.getByRole('img', { name: /highest 99\.5 at 1 Mar 2026, \d+:02:03$/ }).waitFor();
  });

  it('looks no closer than two points, however often it is told to, and finds back', async () => {
    await site.page.goto(`/runs/${runId}`);
    const chart = chartOf('train/loss');
    await chart.locator('canvas').waitFor();
    await chart.focus();
    for (let i = 0; i < 60; i++) await site.page.keyboard.press('+');
    const apart = async () => {
      const [one, other] = [...((await chart.getAttribute('aria-label')) ?? '').matchAll(/step (\d+)/g)].map(
        ([, step]) => step,
      );
      return Math.abs(Number(one) - Number(other));
    };
    // While answers are on their way it can not know what lies between the points, so it goes on when they are there.
    for (let i = 0; i < 50 && (await apart()) !== 1; i++) {
      await site.page.keyboard.press('+');
      await sleep(100);
    }
    expect(await apart()).toBe(1);
    for (let i = 0; i < 60; i++) await site.page.keyboard.press('-');
    await site.page.getByRole('img', { name: /^train\/loss: lowest .* at step 1999,/ }).waitFor();
    await site.page.getByRole('button', { name: 'Show all of train/loss' }).waitFor({ state: 'detached' });
  });

  it('does not move away from all of its points', async () => {
    await site.page.goto(`/runs/${runId}`);
    const chart = chartOf('train/loss');
    await chart.locator('canvas').waitFor();
    await chart.focus();
    for (let i = 0; i < 20; i++) await site.page.keyboard.press('ArrowRight');
    await site.page.locator('figure[aria-busy=false]').first().waitFor();
    expect(await chart.getAttribute('aria-label')).toMatch(/highest \S+ at step 1999$/);
  });

  it('grows a drag between two points to them', async () => {
    await site.page.goto(`/runs/${runId}`);
    const chart = chartOf('val/loss');
    await chart.locator('canvas').waitFor();
    // The files stand above the charts and move them when they come.
    await site.page.getByText('model', { exact: true }).waitFor();
    const over = await chart.locator('.u-over').boundingBox();
    if (!over) throw new Error('the chart has no size');
    await site.page.mouse.move(over.x + over.width * 0.1, over.y + 50);
    await site.page.mouse.down();
    await site.page.mouse.move(over.x + over.width * 0.2, over.y + 50, { steps: 5 });
    await site.page.mouse.up();
    await site.page.getByRole('img', { name: 'val/loss: lowest 0.5 at step 2, highest 1 at step 1' }).waitFor();
  });

  it.each([
    { axis: 'step', name: 'huge/step', at: 'step 9000000000000002' },
    { axis: 'step', name: 'huge/int64', at: 'step 9223372036854775000' },
    { axis: 'time', name: 'nanoseconds', at: 'time 1772366400000000300' },
    { axis: 'relative', name: 'nanoseconds', at: '20513479486 d 12 h in' },
    { axis: 'step', name: 'diverged', at: 'step 2' },
  ])('draws $name along $axis', async ({ axis, name, at }) => {
    const run_id = await started('wide', 'far out');
    const points = {
      'huge/step': ['9000000000000000', '9000000000000001', '9000000000000002'].map((step) => [step, '1', '0']),
      'huge/int64': ['9223372036854773760', '9223372036854774784', '9223372036854775807'].map((step) => [
        step,
        '1',
        '0',
      ]),
      nanoseconds: ['1772366400000', '1772366400000000000', '1772366400000000300'].map((time, i) => [
        `${i}`,
        time,
        '0',
      ]),
      diverged: ['-1.7e308', '1e300', '1.7e308'].map((value, i) => [`${i}`, '1', value]),
    }[name] as [string, string, string][];
    // Numbers that JSON.stringify would round.
    const metrics = points.map(
      ([step, timestamp, value], i) =>
        `{"key": "${name}", "value": ${value === '0' ? i : value}, "step": ${step}, "timestamp": ${timestamp}}`,
    );
    const logged = await fetch(`${site.url}/api/2.0/mlflow/runs/log-batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"run_id": "${run_id}", "metrics": [${metrics.join()}]}`,
    });
    expect(logged.status).toBe(200);
    await site.page.goto(`/runs/${run_id}`);
    await site.page.getByLabel('Along').selectOption(axis);
    await chartOf(name).locator('canvas').waitFor();
    expect(await chartOf(name).getAttribute('aria-label')).toMatch(new RegExp(` at ${at}$`));
    await chartOf(name).focus();
    for (let i = 0; i < 60; i++) await site.page.keyboard.press('+');
    await site.page.waitForFunction('document.querySelector("figure[aria-busy=false] canvas")');
  });

  it('hands out its files byte by byte', async () => {
    await site.page.goto(`/runs/${runId}`);
    await site.page.getByText('model', { exact: true }).click();
    const link = site.page.getByRole('link', { name: 'weights v1.bin 3 kB' });
    const [download] = await Promise.all([site.page.waitForEvent('download'), link.click()]);
    expect(download.suggestedFilename()).toBe('weights v1.bin');
    expect(readFileSync(await download.path()).equals(MODEL)).toBe(true);
  });

  it('that still runs shows what comes in, and its end, without a reload', async () => {
    const run_id = await started('wide', 'going on');
    const log = (step: number, value: number) =>
      mlflow('runs/log-batch', { run_id, metrics: [{ key: 'live', value, step, timestamp: step }] });
    await log(0, 3);
    await site.page.goto(`/runs/${run_id}`);
    await site.rowOf('live').waitFor();
    expect(await chartOf('live').count()).toBe(0);
    await log(1, 5);
    await chartOf('live').locator('canvas').waitFor();
    // The server restarts, and takes longer than a question is tried again.
    let unanswered = 0;
    await site.page.route(`**/api/v1/runs/${run_id}`, (route) => {
      unanswered++;
      return route.abort();
    });
    while (unanswered < 3) await sleep(100);
    await sleep(300);
    await site.page.unroute(`**/api/v1/runs/${run_id}`);
    site.forgive(/net::ERR_FAILED/);
    await log(2, 7);
    await site.page.getByRole('img', { name: 'live: lowest 3 at step 0, highest 7 at step 2' }).waitFor();
    await mlflow('runs/update', { run_id, status: 'FAILED', end_time: Date.now() });
    await site.page.locator('header').getByText('FAILED').waitFor();
  });

  it('with thousands of metrics asks for their values more rarely', async () => {
    const run_id = await started('wide', 'very wide');
    for (const part of [0, 1]) {
      const metrics = Array.from({ length: 1_000 }, (_, i) => ({
        key: `${part}/${i}`,
        value: i,
        step: 0,
        timestamp: 1,
      }));
      await mlflow('runs/log-batch', { run_id, metrics });
    }
    await site.page.clock.install();
    let asked = 0;
    site.page.on('request', (request) => {
      if (request.url().endsWith('/metrics')) asked++;
    });
    await site.page.goto(`/runs/${run_id}`);
    await site.page.getByRole('button', { name: 'Show all 2,000' }).waitFor();
    await site.page.clock.runFor(19_000);
    expect(asked).toBe(1);
    await site.page.clock.runFor(2_000);
    expect(asked).toBe(2);
  });

  it('with hundreds of metrics asks only for the curves in view, and finds a name', async () => {
    const run_id = await started('wide', 'wide');
    const metrics = Array.from({ length: 300 }, (_, i) =>
      [0, 1].map((step) => ({ key: `layer/${String(i).padStart(3, '0')}`, value: i, step })),
    ).flat();
    await mlflow('runs/log-batch', { run_id, metrics: metrics.map((m) => ({ ...m, timestamp: 1 })) });
    let asked = 0;
    site.page.on('request', (request) => {
      if (request.url().endsWith('/api/v1/curves')) asked++;
    });
    await site.page.goto(`/runs/${run_id}`);
    await site.page.getByRole('button', { name: 'Show all 300' }).waitFor();
    expect(await site.rowOf('layer/').count()).toBe(200);
    await site.page.getByLabel('Show metrics whose name contains').fill('layer/29');
    await site.rowOf('layer/299').waitFor();
    await site.page.getByText('10 of 300 metrics').waitFor();
    await chartOf('layer/290').locator('canvas').waitFor();
    expect(asked).toBeLessThan(20);
  });
});

describe('the results of an experiment', () => {
  const search = () => site.page.getByLabel('Filter runs');
  const names = () => site.page.locator('tbody th').allTextContents();

  it('are those of the experiment that is chosen, with what its runs have as columns', async () => {
    await site.page.goto('/results');
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

  it('offer every name in use, however many there are, and show what they are sorted by', async () => {
    const keys = Array.from({ length: 1_200 }, (_, i) => `k${i % 6}/${String(i).padStart(4, '0')}`);
    await site.api.post('/api/v1/experiments', { name: 'many names' });
    const run_id = await started('many names', 'broad', { depth: '3' });
    for (const part of [keys.slice(0, 1_000), keys.slice(1_000)]) {
      await mlflow('runs/log-batch', {
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
    await site.api.post('/api/v1/experiments', { name: 'odd names' });
    await started('odd names', 'lacks them');
    await started('odd names', 'has them', { constructor: 'a', toString: 'b', valueOf: 'c' });
    await site.page.goto('/results?experiment=odd%20names');
    await site.page.getByRole('columnheader', { name: 'valueOf' }).waitFor();
    expect((await site.rowOf('lacks them').locator('td').allTextContents()).slice(0, 3)).toEqual(['–', '–', '–']);
    expect((await site.rowOf('has them').locator('td').allTextContents()).slice(0, 3)).toEqual(['a', 'b', 'c']);
  });

  it('are those of an experiment whose name has blanks and breaks that a page would not show', async () => {
    const name = ' two  blanks\nand a break ';
    await site.api.post('/api/v1/experiments', { name });
    await started(name, 'among blanks');
    await site.page.goto('/results');
    await site.page.getByLabel('Experiment').selectOption({ value: name });
    await site.rowOf('among blanks').waitFor();
    expect(new URL(site.page.url()).searchParams.get('experiment')).toBe(name);
  });

  it.each(['2024212658', 'true', '"quoted"', '1e3'])(
    'are those of the experiment %s that an address names',
    async (name) => {
      await site.api.post('/api/v1/experiments', { name });
      await started(name, 'by address');
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

describe('the pages of the tracking store', () => {
  const pages = () => [
    { name: 'client-run', path: `/runs/${runId}`, ready: chartOf('train/loss').locator('canvas') },
    { name: 'client-results', path: `/results?experiment=${EXPERIMENT}`, ready: site.rowOf('spiky') },
    {
      name: 'refused-filter',
      path: `/results?experiment=${EXPERIMENT}&filter=metrics.accuracy%20%3E%3E%203`,
      ready: site.page.locator('input[aria-invalid=true]'),
    },
    { name: 'no-runs', path: '/results?experiment=nothing%20yet', ready: site.page.getByText('set_tracking_uri') },
  ];

  it.each(LOOKS)('are free of what axe finds, in %s', async (_, viewport, theme) => {
    await site.visit(viewport, theme);
    for (const { name, path, ready } of pages()) {
      await site.page.goto(path);
      await ready.waitFor();
      const { violations } = await new AxeBuilder({ page: site.page }).analyze();
      const found = violations.map(({ id, nodes }) => `${name}: ${id} ${nodes.map(({ html }) => html).join(' ')}`);
      expect(found).toEqual([]);
    }
    site.forgive(REFUSED);
  });

  it('fit a phone without scrolling sideways', async () => {
    await site.visit(PHONE);
    for (const { name, path, ready } of pages()) {
      await site.page.goto(path);
      await ready.waitFor();
      expect([name, await site.page.evaluate('document.documentElement.scrollWidth')]).toEqual([name, PHONE.width]);
    }
    site.forgive(REFUSED);
  });

  it('can be looked at afterwards where SCREENSHOT_DIR says', async () => {
    if (SCREENSHOT_DIR) mkdirSync(SCREENSHOT_DIR, { recursive: true });
    for (const theme of THEMES) {
      for (const viewport of [DESKTOP, PHONE]) {
        await site.visit(viewport, theme);
        for (const { name, path, ready } of pages()) {
          await site.page.goto(path);
          await ready.waitFor();
          const file = SCREENSHOT_DIR && join(SCREENSHOT_DIR, `${name}-${theme}-${viewport.width}.png`);
          const image = await site.page.screenshot({ path: file, fullPage: true, animations: 'disabled' });
          expect(image.length).toBeGreaterThan(10_000);
        }
      }
    }
    site.forgive(REFUSED);
  });
});
