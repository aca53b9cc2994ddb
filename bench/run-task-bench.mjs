#!/usr/bin/env node
/**
 * Runs task-bench.mjs in turn on Cellar (both queue drivers, each on a fresh data folder) and on celery_peer.py, prints a
 * table of medians and the ratios.
 *
 *   node bench/run-task-bench.mjs [--rounds 3] [--venv DIR]
 *
 * Needs `npm run build`, a redis-server on PATH, and for the peer a venv (celery_peer.py says how to make it) and a
 * PostgreSQL on 127.0.0.1:5432 that lets the user postgres in. Without --venv only Cellar is measured.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '..');
const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, venv: { type: 'string' } },
});
const rounds = Number(options.rounds);

const running = [];
const start = (command, args, settings = {}) => {
  const child = spawn(command, args, { stdio: 'ignore', ...settings });
  running.push(child);
  return child;
};
const stop = async (child, signal = 'SIGTERM') => {
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }
  running.splice(running.indexOf(child), 1);
};
process.on('exit', () => {
  for (const child of running) child.kill('SIGTERM');
});

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(url) {
  for (let tries = 0; tries < 300; tries++) {
    const ok = await fetch(url).then(
      (response) => response.status < 500,
      () => false,
    );
    if (ok) return;
    await sleep(100);
  }
  throw new Error(`${url} does not answer`);
}

function measure(url) {
  const { stdout, status, stderr } = spawnSync(process.execPath, [join(here, 'task-bench.mjs'), '--url', url], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the bench failed on ${url}: ${stderr}`);
  return JSON.parse(stdout);
}

async function withCellar(redisUrl) {
  const dataDir = mkdtempSync(join(tmpdir(), 'cellar-bench-'));
  chmodSync(dataDir, 0o755);
  const port = await freePort();
  const env = {
    ...process.env,
    DATA_DIR: dataDir,
    PORT: String(port),
    LOG_LEVEL: 'warn',
    DATABASE_URL: '',
    REDIS_URL: redisUrl ?? '',
  };
  const cellar = start(process.execPath, ['--max-semi-space-size=8', join(root, 'scripts/run.mjs'), 'main'], {
    env,
    cwd: root,
  });
  try {
    const url = `http://127.0.0.1:${port}`;
    await answers(`${url}/health/ready`);
    return measure(url);
  } finally {
    await stop(cellar);
    rmSync(dataDir, { recursive: true, force: true });
  }
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

async function withCelery(venv, redisUrl) {
  const bin = (name) => join(resolve(venv), 'bin', name);
  const env = {
    ...process.env,
    DATABASE: 'celery_peer',
    DATA: join(root, 'data/winequality-red.csv'),
    REDIS_URL: redisUrl,
  };
  spawnSync('psql', ['-h', '127.0.0.1', '-U', 'postgres', '-c', 'CREATE DATABASE celery_peer'], { stdio: 'ignore' });
  spawnSync(bin('python'), ['celery_peer.py', 'migrate'], { cwd: here, env, stdio: 'ignore' });
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
    await sleep(6_000);
    return measure(`http://127.0.0.1:${port}`);
  } finally {
    await stop(worker);
    await stop(api);
  }
}

const systems = [
  { name: 'Cellar, PostgreSQL queue', run: () => withCellar() },
  { name: 'Cellar, Bull on Redis', run: () => withRedis(withCellar) },
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

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
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
const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
console.log(
  `\nCellar ${version}, Node ${process.version}, ${availableParallelism()} cores (${cpus()[0].model}), ${Math.round(totalmem() / 2 ** 30)} GiB; medians of ${rounds}\n`,
);
console.log(
  '| | accepted tasks/s | finished tasks/s | lone task p50 | p95 | finished, ratio | p50, ratio |\n|---|---|---|---|---|---|---|',
);
for (const { name, accepted, finished, p50, p95 } of rows) {
  const ratios = peer ? `${(finished / peer.finished).toFixed(1)} x | ${(p50 / peer.p50).toFixed(2)} x` : '- | -';
  console.log(`| ${name} | ${accepted} | ${finished} | ${p50} ms | ${p95} ms | ${ratios} |`);
}
