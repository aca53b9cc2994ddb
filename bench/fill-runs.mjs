#!/usr/bin/env node
import { optionsOf } from './options.mjs';
/**
 * Fills one new experiment over the MLflow wire, a run as a training script logs it: create, log-batch, update.
 *
 *   node bench/fill-runs.mjs --url U --runs 100000 [--metrics 10] [--parameters 10] [--tags 5] [--clients 8]
 *     [--experiment NAME] [--token T]
 *
 * What run number i holds depends on i only: metrics m0, m1, ... are uniform in [0, 1), parameters p0, p1, ... are '0' to
 * '19', tags t0, t1, ... are 'value 0' to 'value 49'. Progress goes to stderr, the experiment's id to stdout.
 */
import { connect } from './wire.mjs';

const options = optionsOf({
  url: { type: 'string', default: 'http://127.0.0.1:3000' },
  runs: { type: 'string', default: '100000' },
  metrics: { type: 'string', default: '10' },
  parameters: { type: 'string', default: '10' },
  tags: { type: 'string', default: '5' },
  clients: { type: 'string', default: '8' },
  experiment: { type: 'string' },
  token: { type: 'string' },
});
const runs = Number(options.runs);
const FIRST_START = Date.UTC(2024, 0, 1);
const wire = connect(options.url, options.token);

/** Uniform numbers in [0, 1): mulberry32, whose neighbouring seeds give streams that do not look alike. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const list = (length, item) => Array.from({ length: Number(length) }, (_, k) => item(k));

async function logRun(experiment_id, i) {
  const random = generator(i);
  const upTo = (count) => Math.floor(random() * count);
  const start_time = FIRST_START + i * 1000;
  const { run } = await wire.post('/runs/create', { experiment_id, start_time, run_name: `run ${i}` });
  const { run_id } = run.info;
  await wire.post('/runs/log-batch', {
    run_id,
    metrics: list(options.metrics, (k) => ({ key: `m${k}`, value: random(), timestamp: start_time, step: 0 })),
    params: list(options.parameters, (k) => ({ key: `p${k}`, value: String(upTo(20)) })),
    tags: list(options.tags, (k) => ({ key: `t${k}`, value: `value ${upTo(50)}` })),
  });
  await wire.post('/runs/update', { run_id, status: 'FINISHED', end_time: start_time + 500 });
}

const name = options.experiment ?? `${runs} runs, ${new Date().toISOString()}`;
const { experiment_id } = await wire.post('/experiments/create', { name });
const start = performance.now();
let next = 0;
let done = 0;

function progress() {
  const rate = done / ((performance.now() - start) / 1000);
  const left = done > 0 ? `${Math.ceil((runs - done) / rate)} s left` : 'no run yet';
  process.stderr.write(`${done} of ${runs} runs, ${rate.toFixed(1)} runs/s, ${left}\n`);
}
const ticking = setInterval(progress, 5000);
try {
  await Promise.all(
    list(options.clients, async () => {
      while (next < runs) {
        await logRun(experiment_id, next++);
        done++;
      }
    }),
  );
} finally {
  clearInterval(ticking);
  progress();
  wire.close();
}
console.log(experiment_id);
