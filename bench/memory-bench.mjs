#!/usr/bin/env node
/**
 * What a server needs while much data passes through it: artifacts go in and come back, at the same time a long history is
 * written and read, and a light request every 20 ms shows how long others wait meanwhile. Linux only.
 *
 *   node bench/memory-bench.mjs --url U --pid PID [--megabytes 2048] [--files 4] [--points 1000000]
 *     [--light /health/live] [--token T]
 *
 * PID is the server's process on this machine. Everything is streamed, and what comes back is compared by its SHA-256. The
 * files are removed at the end; the experiment stays.
 */
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendLightRequests } from './light-requests.mjs';
import { optionsOf } from './options.mjs';
import { watchMemory } from './process-memory.mjs';
import { table } from './report.mjs';
import { connect, quantiles } from './wire.mjs';

const options = optionsOf(
  {
    url: { type: 'string', default: 'http://127.0.0.1:3000' },
    pid: { type: 'string' },
    megabytes: { type: 'string', default: '2048' },
    files: { type: 'string', default: '4' },
    points: { type: 'string', default: '1000000' },
    light: { type: 'string', default: '/health/live' },
    token: { type: 'string' },
  },
  { pid: 'the process whose memory is watched' },
);
const { pid, megabytes, files, points } = Object.fromEntries(
  ['pid', 'megabytes', 'files', 'points'].map((name) => [name, Number(options[name])]),
);
const BLOCK = 2 ** 20;
const POINTS_A_REQUEST = 1000;
const IDLE_MS = 5000;
const wire = connect(options.url, options.token);

/** Blocks that do not compress and are all different, without the cost of new random bytes for each. */
async function* blocks(count, hash) {
  const noise = randomBytes(BLOCK);
  for (let i = 0; i < count; i++) {
    const block = Buffer.from(noise);
    block.writeUInt32LE(i);
    hash.update(block);
    yield block;
  }
}

/** Where the artifacts of a run are reached. @throws Error when the server leaves files to the client */
function artifactPath({ artifact_uri }) {
  if (!artifact_uri.startsWith('mlflow-artifacts:'))
    throw new Error(`The server takes no files: they go to ${artifact_uri}`);
  return `/api/2.0/mlflow-artifacts/artifacts${new URL(artifact_uri).pathname}`;
}

async function moveArtifacts(run) {
  const root = artifactPath(run);
  const count = Math.ceil(megabytes / files);
  const total = count * files;
  const names = Array.from({ length: files }, (_, i) => `${root}/part-${i}.bin`);
  const sums = [];
  const begun = performance.now();
  for (const name of names) {
    const hash = createHash('sha256');
    const headers = { 'content-type': 'application/octet-stream', 'content-length': count * BLOCK };
    const answer = await wire.request('PUT', name, { headers, body: Readable.from(blocks(count, hash)) });
    await answer.resume().toArray();
    sums.push(hash.digest('hex'));
  }
  const written = performance.now();
  for (const [i, name] of names.entries()) {
    const hash = createHash('sha256');
    for await (const part of await wire.request('GET', name)) hash.update(part);
    if (hash.digest('hex') !== sums[i]) throw new Error(`${name} did not come back as it was sent`);
  }
  const read = performance.now();
  for (const name of names) await (await wire.request('DELETE', name)).resume().toArray();
  const rate = (ms) => `${(total / (ms / 1000)).toFixed(0)} MiB/s`;
  return [
    [`${total} MiB of artifacts in`, rate(written - begun)],
    [`${total} MiB of artifacts out`, rate(read - written)],
  ];
}

/** Counts the points of a history while its answer streams by, page by page. */
async function countPoints(run_id) {
  let found = 0;
  let page_token = '';
  do {
    let rest = '';
    const query = { run_id, metric_key: 'loss', ...(page_token ? { page_token } : {}) };
    for await (const part of (await wire.streamOf('/metrics/get-history', query)).setEncoding('utf8')) {
      const seen = rest + part;
      found += seen.split('"timestamp"').length - rest.split('"timestamp"').length;
      rest = seen.slice(-1000);
    }
    page_token = /"next_page_token":\s*"([^"]+)"/.exec(rest)?.[1] ?? '';
  } while (page_token);
  return found;
}

async function moveHistory({ run_id }) {
  const begun = performance.now();
  for (let first = 0; first < points; first += POINTS_A_REQUEST) {
    const length = Math.min(POINTS_A_REQUEST, points - first);
    const metrics = Array.from({ length }, (_, i) => ({
      key: 'loss',
      value: Math.random(),
      timestamp: Date.UTC(2024, 0, 1) + first + i,
      step: first + i,
    }));
    await wire.post('/runs/log-batch', { run_id, metrics });
  }
  const written = performance.now();
  const found = await countPoints(run_id);
  if (found !== points) throw new Error(`the history has ${found} points and not ${points}`);
  const rate = (ms) => `${Math.round(points / (ms / 1000)).toLocaleString('en-US')} points/s`;
  return [
    [`${points} points written`, rate(written - begun)],
    [`${points} points read`, rate(performance.now() - written)],
  ];
}

/** What a peer does not serve is a row of the table, and no reason to leave the rest out. */
const orReason = (name, work) => work.catch((error) => [[name, `- (${error.message})`]]);

const { experiment_id } = await wire.post('/experiments/create', { name: `memory, ${new Date().toISOString()}` });
const newRun = async () => (await wire.post('/runs/create', { experiment_id, start_time: Date.now() })).run.info;
const [fileRun, historyRun] = [await newRun(), await newRun()];
const light = sendLightRequests({ url: options.url, path: options.light, every: 20 });
const memory = watchMemory(pid);
await sleep(IDLE_MS);
const idle = await light.take();
const moved = await Promise.all([
  orReason('artifacts', moveArtifacts(fileRun)),
  orReason('history', moveHistory(historyRun)),
]);
const loaded = await light.take();
await light.stop();
const { own, children } = memory.stop();
wire.close();

console.log(table([['moved at the same time', 'rate'], ...moved.flat()]));
const waits = [
  ['idle', idle],
  ['loaded', loaded],
].map(([state, { latencies, failed }]) => {
  const { p50, p99, max } = quantiles(latencies);
  return [state, latencies.length, failed, p50, p99, max];
});
console.log(`\n${table([[`GET ${options.light}, ms`, 'answered', 'failed', 'p50', 'p99', 'max'], ...waits])}`);
const mebibytes = (value) => `${value.toFixed(0)} MiB`;
console.log(
  `\n${table([
    ['peak resident memory', 'processes', 'together', 'largest'],
    [`process ${pid}`, 1, mebibytes(own), mebibytes(own)],
    ...[...children].map(([name, peak]) => [
      `children: ${name}`,
      peak.processes,
      mebibytes(peak.together),
      mebibytes(peak.largest),
    ]),
  ])}`,
);
console.log("\nMemory that processes share, as PostgreSQL's buffers, counts in each of them.");
