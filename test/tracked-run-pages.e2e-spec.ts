import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { until } from './database-fixture.js';
import { type Site, withSite } from './site.js';
import { EXPERIMENT, MODEL, NOTE, TrackedRuns } from './tracked-runs.js';

/** In the browser: how many pixels of the only chart have the colour of its line. */
const INKED = `(() => {
  const canvas = document.querySelector('canvas');
  const line = getComputedStyle(canvas).caretColor.match(/[0-9]+/g).map(Number);
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) count += line.every((part, k) => data[i + k] === part) ? 1 : 0;
  return count;
})()`;

let site: Site;
let runs: TrackedRuns;
let runId: string;

withSite(async (started) => {
  site = started;
  runs = new TrackedRuns(site);
  runId = await runs.logSpiky();
});

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

  it('leads to the run that it is nested in, and from there to all that are', async () => {
    const parent = await runs.started('nested runs', 'outer');
    for (const name of ['inner 1', 'inner 2']) {
      const run_id = await runs.started('nested runs', name);
      await runs.mlflow('runs/set-tag', { run_id, key: 'mlflow.parentRunId', value: parent });
    }
    await site.page.goto(`/runs/${parent}`);
    await site.page.locator('header').getByRole('link', { name: '2', exact: true }).click();
    await site.rowOf('inner 1').waitFor();
    expect(await site.page.locator('tbody th').allTextContents()).toEqual(['inner 2', 'inner 1']);
    await site.page.getByRole('link', { name: 'inner 1' }).click();
    await site.page.locator('header').getByRole('link', { name: 'outer' }).click();
    await site.page.getByRole('heading', { name: 'outer', level: 1 }).waitFor();
  });

  it('shows parameters by their names, whose numbers count', async () => {
    const id = await runs.started('sorted', 'layers', { layer10: 'c', z: 'd', layer2: 'b', alpha: 'a' });
    await site.page.goto(`/runs/${id}`);
    await site.page.getByText('layer10').waitFor();
    const card = site.page.locator('section', { has: site.page.getByRole('heading', { name: 'Parameters' }) });
    expect(await card.locator('dd').allTextContents()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('shows the models that were logged from it, with their files', async () => {
    const id = await runs.started('models', 'trained');
    const { body } = await site.api.get<{ experiment_id: number }>(`/api/v1/runs/${id}`);
    const { model } = await runs.mlflow<{ model: { info: { model_id: string } } }>('logged-models', {
      experiment_id: String(body.experiment_id),
      name: 'regressor',
      model_type: 'sklearn',
      source_run_id: id,
    });
    const { model_id } = model.info;
    const files = `${site.url}/api/2.0/mlflow-artifacts/artifacts/${body.experiment_id}/models/${model_id}/artifacts`;
    await fetch(`${files}/data/weights%20v1.bin`, { method: 'PUT', body: MODEL });
    await fetch(`${files}/MLmodel`, { method: 'PUT', body: 'flavors: {}' });
    await site.page.goto(`/runs/${id}`);
    await site.page.getByText('regressor sklearn, PENDING').click();
    await site.page.getByText(`models:/${model_id}`).waitFor();
    await site.page.getByRole('link', { name: 'MLmodel 11 B' }).waitFor();
    await site.page.getByText('data', { exact: true }).click();
    const downloading = site.page.waitForEvent('download');
    await site.page.getByRole('link', { name: 'weights v1.bin' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('weights v1.bin');
    expect(Buffer.compare(readFileSync(await download.path()), MODEL)).toBe(0);
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

  it('draws what no line leads to as dots', async () => {
    const run_id = await runs.started('wide', 'now and then');
    const metrics = Array.from({ length: 200 }, (_, step) => ({
      key: 'rare',
      value: step % 10 === 0 ? 1 / (step + 1) : 'NaN',
      step,
      timestamp: 1,
    }));
    await runs.mlflow('runs/log-batch', { run_id, metrics });
    await site.page.goto(`/runs/${run_id}`);
    await chartOf('rare').locator('canvas').waitFor();
    // They are drawn a moment after the chart is there, and each is more than a pixel.
    await until(async () => (await site.page.evaluate<number>(INKED)) > 20 || undefined);
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
    await site.page.getByRole('img', { name: /highest 99\.5 at 2 min 3\.4 s in$/ }).waitFor();
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
    const lastPoint = site.page.getByRole('img', { name: /^train\/loss: .* highest \S+ at step 1999$/ });
    await lastPoint.waitFor();
    for (let i = 0; i < 20; i++) await site.page.keyboard.press('ArrowRight');
    await site.page.locator('figure[aria-busy=false]', { has: chart }).waitFor();
    expect(await lastPoint.count()).toBe(1);
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
    { axis: 'relative', name: 'nanoseconds', at: '20513479486 d 12 h 0.256 s in' },
    { axis: 'step', name: 'diverged', at: 'step 2' },
  ])('draws $name along $axis', async ({ axis, name, at }) => {
    const run_id = await runs.started('wide', 'far out');
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
    const run_id = await runs.started('wide', 'going on');
    const log = (step: number, value: number) =>
      runs.mlflow('runs/log-batch', { run_id, metrics: [{ key: 'live', value, step, timestamp: step }] });
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
    await runs.mlflow('runs/update', { run_id, status: 'FAILED', end_time: Date.now() });
    await site.page.locator('header').getByText('FAILED').waitFor();
  });

  it('with thousands of metrics asks for their values more rarely', async () => {
    const run_id = await runs.started('wide', 'very wide');
    for (const part of [0, 1]) {
      const metrics = Array.from({ length: 1_000 }, (_, i) => ({
        key: `${part}/${i}`,
        value: i,
        step: 0,
        timestamp: 1,
      }));
      await runs.mlflow('runs/log-batch', { run_id, metrics });
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
    const run_id = await runs.started('wide', 'wide');
    const metrics = Array.from({ length: 300 }, (_, i) =>
      [0, 1].map((step) => ({ key: `layer/${String(i).padStart(3, '0')}`, value: i, step })),
    ).flat();
    await runs.mlflow('runs/log-batch', { run_id, metrics: metrics.map((m) => ({ ...m, timestamp: 1 })) });
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
