#!/usr/bin/env node
/**
 * Runs task-bench.mjs in turn on Cellar (both queue drivers, each on a fresh data folder) and on celery_peer.py, prints a
 * table of medians and the ratios.
 *
 *   node bench/run-task-bench.mjs [--rounds 3] [--venv DIR]
 *
 * Needs `npm run build`, a redis-server on PATH, and for the peer a venv (celery_peer.py says how to make it), `psql`, and a
 * PostgreSQL on 127.0.0.1:5432 that lets the user postgres in. Without --venv only Cellar is measured.
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { withCellar } from './cellar.mjs';
import { optionsOf } from './options.mjs';
import { withDatabase } from './postgres-server.mjs';
import { freePort, start, stop } from './processes.mjs';
import { machine, median, table } from './report.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '..');
const options = optionsOf({ rounds: { type: 'string', default: '3' }, venv: { type: 'string' } });
const rounds = Number(options.rounds);

function measure(url) {
  const { stdout, status, stderr } = spawnSync(process.execPath, [join(here, 'task-bench.mjs'), '--url', url], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the bench failed on ${url}: ${stderr}`);
  return JSON.parse(stdout);
}

async function withRedis(work) {
  const port = await freePort();
  const redis = start('redis-server', ['--port', String(port), '--save', '', '--appendonly', 'no']);
  try {
    await sleep(300);
    return await work(`redis://127.0.0.1:${port}/0`);
  } finally {
    await stop(redis);
  }
}

function withCelery(venv, redisUrl) {
  return withDatabase('postgresql://postgres@127.0.0.1:5432/postgres', async (databaseUrl) => {
    const bin = (name) => join(resolve(venv), 'bin', name);
    const env = {
      ...process.env,
      DATABASE: new URL(databaseUrl).pathname.slice(1),
      DATA: join(root, 'data/winequality-red.csv'),
      REDIS_URL: redisUrl,
    };
    const migrated = spawnSync(bin('python'), ['celery_peer.py', 'migrate'], { cwd: here, env, encoding: 'utf8' });
    if (migrated.status !== 0) throw new Error(`celery_peer.py migrate: ${migrated.error?.message ?? migrated.stderr}`);
    const port = await freePort();
    const worker = start(
      bin('celery'),
      ['-A', 'celery_peer', 'worker', '-c', String(availableParallelism()), '-l', 'warning'],
      { cwd: here, env },
    );
    const api = start(
      bin('gunicorn'),
      ['-w', String(availableParallelism()), '-b', `127.0.0.1:${port}`, 'celery_peer:application'],
      { cwd: here, env },
    );
    try {
      // The worker has no address that would say when it is ready.
      await sleep(6_000);
      return measure(`http://127.0.0.1:${port}`);
    } finally {
      await stop(worker);
      await stop(api);
    }
  });
}

const systems = [
  { name: 'Cellar, PostgreSQL queue', run: () => withCellar({}, measure) },
  { name: 'Cellar, Bull on Redis', run: () => withRedis((redisUrl) => withCellar({ REDIS_URL: redisUrl }, measure)) },
  ...(options.venv
    ? [{ name: 'Django + Celery', run: () => withRedis((redisUrl) => withCelery(options.venv, redisUrl)) }]
    : []),
];
const results = new Map(systems.map(({ name }) => [name, []]));
for (let round = 1; round <= rounds; round++) {
  for (const { name, run } of systems) {
    const result = await run();
    results.get(name).push(result);
    console.log(`round ${round}, ${name}: ${JSON.stringify(result)}`);
  }
}

const rows = systems.map(({ name }) => {
  const all = results.get(name);
  return {
    name,
    accepted: median(all.map((result) => result.acceptedPerSecond)),
    finished: median(all.map((result) => result.finishedPerSecond)),
    p50: median(all.map((result) => result.loneTaskMs.p50)),
    p95: median(all.map((result) => result.loneTaskMs.p95)),
  };
});
const peer = options.venv && rows.at(-1);
console.log(`\n${machine()}; medians of ${rounds}\n`);
console.log(
  table([
    ['', 'accepted tasks/s', 'finished tasks/s', 'lone task p50', 'p95', 'finished, ratio', 'p50, ratio'],
    ...rows.map(({ name, accepted, finished, p50, p95 }) => {
      const ratios = peer
        ? [`${(finished / peer.finished).toFixed(1)} x`, `${(p50 / peer.p50).toFixed(2)} x`]
        : ['-', '-'];
      return [name, accepted, finished, `${p50} ms`, `${p95} ms`, ...ratios];
    }),
  ]),
);
