#!/usr/bin/env node
// Benchmark of an MLflow-compatible tracking server, spoken to over its public REST wire only.
// usage: node tracking-bench.mjs --url http://127.0.0.1:5000 [--name ours] [--runs 2000] [--points 100000] [--seconds 5] [--only ingest,search] [--json FILE]
// Every workload is bounded; figures are only comparable between servers measured one after the other on the same machine.
import { writeFileSync } from 'node:fs';
import http from 'node:http';

const args = Object.fromEntries(
  process.argv
    .slice(2)
    .join(' ')
    .split('--')
    .filter(Boolean)
    .map((part) => {
      const [key, ...rest] = part.trim().split(' ');
      return [key, rest.join(' ') || 'true'];
    }),
);
const base = new URL(args.url ?? 'http://127.0.0.1:5000');
const prefix = args.prefix ?? '/api/2.0/mlflow';
const seconds = Number(args.seconds ?? 5),
  runs = Number(args.runs ?? 2000),
  points = Number(args.points ?? 100000);
const only = args.only?.split(',');
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });

function call(method, path, body) {
  const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        agent,
        host: base.hostname,
        port: base.port,
        method,
        path: prefix + path,
        headers: {
          ...(payload ? { 'content-type': 'application/json', 'content-length': payload.length } : {}),
          ...(args.token ? { authorization: `Bearer ${args.token}` } : {}),
        },
      },
      (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(parts).toString();
          if (response.statusCode !== 200)
            reject(new Error(`${method} ${path} -> ${response.statusCode} ${text.slice(0, 300)}`));
          else resolve(text);
        });
      },
    );
    request.setTimeout(120000, () => request.destroy(new Error(`${path}: no answer in 120 s`)));
    request.on('error', reject);
    if (payload) request.write(payload);
    request.end();
  });
}
const post = async (path, body) => JSON.parse(await call('POST', path, body));
const query = (path, values) => call('GET', `${path}?${new URLSearchParams(values)}`);

/** Runs `work(i)` from `clients` loops until the time or the count is spent; latencies in ms. */
async function load(clients, work, { count = Infinity, limit = seconds } = {}) {
  let next = 0;
  const latencies = [];
  const start = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (next < count && performance.now() - start < limit * 1000) {
        const i = next++;
        const t = performance.now();
        await work(i);
        latencies.push(performance.now() - t);
      }
    }),
  );
  const elapsed = (performance.now() - start) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (q) => +(latencies[Math.min(latencies.length - 1, Math.floor(q * latencies.length))] ?? NaN).toFixed(2);
  return {
    done: latencies.length,
    perSecond: +(latencies.length / elapsed).toFixed(1),
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
  };
}
let seed = 12345;
const random = () => {
  seed = (seed * 1664525 + 1013904223) >>> 0;
  return seed / 2 ** 32;
};
const results = {};
const now = () => Date.now();
async function workload(name, run) {
  if (only && !only.includes(name)) return;
  try {
    results[name] = await run();
  } catch (error) {
    results[name] = { error: error.message };
  }
  console.log(name.padEnd(18), JSON.stringify(results[name]));
}

const suffix = Math.floor(now() / 1000);
const { experiment_id } = await post('/experiments/create', { name: `bench-${suffix}` });
const newRun = async () => (await post('/runs/create', { experiment_id, start_time: now() })).run.info.run_id;

await workload('create-run', () => load(8, newRun));
const run = await newRun();
await workload('log-metric', () =>
  load(8, (i) => post('/runs/log-metric', { run_id: run, key: 'loss', value: random(), timestamp: now(), step: i })),
);
// 1000 points a request, the most the wire allows: 10 keys x 100 steps.
const batch = (runId, first) => ({
  run_id: runId,
  metrics: Array.from({ length: 1000 }, (_, i) => ({
    key: `m${i % 10}`,
    value: random(),
    timestamp: 1700000000000 + first + i,
    step: Math.floor((first + i) / 10),
  })),
});
await workload('log-batch', async () => {
  const r = await load(Number(args['batch-clients'] ?? 4), async (i) => post('/runs/log-batch', batch(run, i * 1000)));
  return { ...r, pointsPerSecond: Math.round(r.perSecond * 1000) };
});
// What a training script really does: create, params+tags+metrics, finish.
await workload('ingest', async () =>
  load(
    8,
    async () => {
      const id = await newRun();
      await post('/runs/log-batch', {
        run_id: id,
        params: Array.from({ length: 10 }, (_, k) => ({ key: `p${k}`, value: String(Math.floor(random() * 20)) })),
        tags: Array.from({ length: 5 }, (_, k) => ({ key: `t${k}`, value: `value ${Math.floor(random() * 50)}` })),
        metrics: Array.from({ length: 10 }, (_, k) => ({ key: `m${k}`, value: random(), timestamp: now(), step: 0 })),
      });
      await post('/runs/update', { run_id: id, status: 'FINISHED', end_time: now() });
    },
    { count: runs, limit: 240 },
  ),
);
const search = (body) => post('/runs/search', { experiment_ids: [experiment_id], max_results: 100, ...body });
await workload('search-newest', () => load(1, () => search({})));
await workload('search-filter', () =>
  load(1, () => search({ filter: `metrics.m1 > 0.5 and params.p1 = '7'`, order_by: ['metrics.m2 DESC'] })),
);
await workload('search-like', () =>
  load(1, () =>
    search({
      filter: `tags.t1 LIKE '%lue 4%' and metrics.m3 < 0.9`,
      order_by: ['params.p2 ASC', 'attributes.start_time DESC'],
    }),
  ),
);
await workload('search-1000', () => load(1, () => search({ max_results: 1000, order_by: ['metrics.m0 ASC'] })));
await workload('get-run', () => load(8, () => query('/runs/get', { run_id: run })));
await workload('history', async () => {
  const id = await newRun();
  for (let first = 0; first < points; first += 1000)
    await post('/runs/log-batch', {
      run_id: id,
      metrics: Array.from({ length: 1000 }, (_, i) => ({
        key: 'loss',
        value: random(),
        timestamp: 1700000000000 + first + i,
        step: first + i,
      })),
    });
  const read = await load(
    1,
    async () => {
      const text = await query('/metrics/get-history', { run_id: id, metric_key: 'loss' });
      if (text.length < points * 20) throw new Error(`short answer: ${text.length}`);
    },
    { limit: Math.max(seconds, 8) },
  );
  return { points, ...read, pointsPerSecond: Math.round(points * read.perSecond) };
});
await workload('curve', async () => {
  // what a chart asks for: 2 runs, 320 points at most
  const ids = [run, await newRun()];
  return load(1, () =>
    call(
      'GET',
      `/metrics/get-history-bulk-interval?${ids.map((id) => `run_ids=${id}`).join('&')}&metric_key=m0&max_results=320`,
    ),
  );
});
if (args.json)
  writeFileSync(args.json, JSON.stringify({ name: args.name ?? base.href, runs, points, results }, null, 1));
agent.destroy();
