#!/usr/bin/env node
/**
 * Runs tracking-bench.mjs on Cellar and on its peers in turn, each started on a fresh database, and prints a table.
 *
 *   node bench/run-tracking-bench.mjs --venv DIR [--rounds 1] [--peers mlflow,fasttrackml-postgres,fasttrackml-sqlite]
 *     [--database-url URL] [--json FILE] [--only a,b] [--seconds 5] [--runs 2000] [--points 100000] [--batch-clients 4]
 *
 * The peers live in a venv (README.md says how to make it) and on the PostgreSQL server of --database-url
 * (postgresql://postgres@127.0.0.1:5432/postgres if absent), where every server gets a database that is dropped at its
 * end. Cellar runs on its embedded database, and with --database-url once more on a database of that server.
 * The last five options go to tracking-bench.mjs. Ends with 1 when a server could not be measured at all.
 */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { withCellar } from './cellar.mjs';
import { optionsOf, refuse } from './options.mjs';
import { peers } from './peers.mjs';
import { describeServer, withDatabase } from './postgres-server.mjs';
import { start, stop, withFolder } from './processes.mjs';
import { machine } from './report.mjs';
import { trackingTable } from './tracking-table.mjs';

const BENCH = fileURLToPath(new URL('tracking-bench.mjs', import.meta.url));
const WARM_UP_MS = 10_000;
const CALM_MS = 5_000;
const SLOW_MS = 500;
const WARM_UP_LIMIT_MS = 180_000;
const PASSED_ON = ['only', 'seconds', 'runs', 'points', 'batch-clients'];
const options = optionsOf({
  venv: { type: 'string' },
  rounds: { type: 'string', default: '1' },
  peers: { type: 'string', default: Object.keys(peers).join(',') },
  'database-url': { type: 'string' },
  json: { type: 'string' },
  ...Object.fromEntries(PASSED_ON.map((name) => [name, { type: 'string' }])),
});
const postgres = options['database-url'] ?? 'postgresql://postgres@127.0.0.1:5432/postgres';
const passedOn = PASSED_ON.filter((name) => options[name]).flatMap((name) => [`--${name}`, options[name]]);

function chosenPeers() {
  const names = options.peers.split(',').filter(Boolean);
  const unknown = names.filter((name) => !Object.hasOwn(peers, name));
  if (unknown.length > 0) refuse(`--peers knows ${Object.keys(peers).join(', ')}, and not ${unknown.join(', ')}`);
  if (names.length > 0 && !options.venv) refuse("--venv is missing: where the peers are; --peers '' measures none");
  return names.map((name) => peers[name]);
}

/**
 * MLflow answers while three of its four workers and its job runners still load, and would be measured at a fraction of its
 * speed. So every server answers searches first, for ten seconds and until no eight of them have been slow for five. Each
 * comes on a connection of its own, as an open one stays with one worker.
 */
async function warmUp(url) {
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const search = { method: 'POST', headers, body: '{"max_results":1}' };
  // What a server does not serve is said by the bench itself.
  const ask = () =>
    fetch(`${url}/api/2.0/mlflow/experiments/search`, search).then(
      (response) => response.text(),
      () => '',
    );
  const begun = performance.now();
  let slowAt = begun;
  for (;;) {
    const asked = performance.now();
    await Promise.all(Array.from({ length: 8 }, ask));
    const now = performance.now();
    if (now - asked > SLOW_MS) slowAt = now;
    if (now - begun > WARM_UP_LIMIT_MS) throw new Error(`does not settle within ${WARM_UP_LIMIT_MS / 1000} s`);
    if (now - begun > WARM_UP_MS && now - slowAt > CALM_MS) return;
    await sleep(100);
  }
}

/** The results of one server, by workload. @throws Error with what the bench said when it could not even begin */
async function measure(url) {
  await warmUp(url);
  return withFolder(async (folder) => {
    const file = join(folder, 'results.json');
    const args = [BENCH, '--url', url, '--json', file, ...passedOn];
    const bench = start(process.execPath, args, { stdio: ['ignore', 'inherit', 'pipe'] });
    try {
      const [said, [code]] = await Promise.all([text(bench.stderr), once(bench, 'exit')]);
      if (code !== 0) throw new Error(/^\w*Error: (.*)/m.exec(said)?.[1] ?? `the bench ended with ${code}: ${said}`);
    } finally {
      await stop(bench);
    }
    return JSON.parse(readFileSync(file, 'utf8')).results;
  });
}

const chosen = chosenPeers();
const servers = [
  { kind: 'Cellar', name: 'Cellar', run: () => withCellar({}, measure) },
  ...(options['database-url']
    ? [
        {
          kind: 'Cellar',
          name: 'Cellar, same PostgreSQL',
          run: () => withDatabase(postgres, (database) => withCellar({ DATABASE_URL: database }, measure)),
        },
      ]
    : []),
  ...chosen.map(({ name, run }) => ({
    kind: name.split(',')[0],
    name,
    run: () => run(options.venv, postgres, measure),
  })),
].map((server) => ({ ...server, rounds: [] }));
const versions = [...new Set(chosen.map(({ version }) => version(options.venv)))];
if (chosen.length > 0 || options['database-url']) versions.push(describeServer(postgres));

for (let round = 1; round <= Number(options.rounds); round++) {
  for (const { name, run, rounds } of servers) {
    console.log(`\nround ${round}, ${name}`);
    const outcome = await run().then(
      (results) => ({ results }),
      (error) => ({ error: error.message }),
    );
    if (outcome.error) console.log(outcome.error);
    rounds.push(outcome);
  }
}

const workloads = [
  ...new Set(servers.flatMap(({ rounds }) => rounds.flatMap(({ results }) => Object.keys(results ?? {})))),
];
const conditions = `${machine()}; ${versions.join(', ')}; medians of ${options.rounds}; ${passedOn.join(' ') || 'default settings'}`;
console.log(`\n${conditions}\n\n${trackingTable(servers, workloads)}`);
if (options.json) {
  const measured = servers.map(({ name, rounds }) => ({ name, rounds }));
  writeFileSync(options.json, JSON.stringify({ conditions, servers: measured }, null, 1));
}
if (servers.some(({ rounds }) => rounds.every(({ error }) => error))) process.exitCode = 1;
