#!/usr/bin/env node
// How fast a tracker takes and finishes training tasks, over its public REST API only.
// usage: node task-bench.mjs --url http://127.0.0.1:3000 [--tasks 400] [--clients 8] [--token T]
// Prints accepted tasks/s, finished tasks/s (first POST to last SUCCESS) and the wait of one lone task (POST to SUCCESS).
import http from 'node:http';

const args = Object.fromEntries(
  process.argv
    .slice(2)
    .join(' ')
    .split('--')
    .filter(Boolean)
    .map((part) => part.trim().split(' ')),
);
const base = new URL(args.url ?? 'http://127.0.0.1:3000');
const tasks = Number(args.tasks ?? 400),
  clients = Number(args.clients ?? 8);
const agent = new http.Agent({ keepAlive: true });

function call(method, path, body) {
  const payload = body && JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        agent,
        host: base.hostname,
        port: base.port,
        method,
        path,
        headers: {
          ...(payload ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) } : {}),
          ...(args.token ? { authorization: `Bearer ${args.token}` } : {}),
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part) => {
          text += part;
        });
        response.on('end', () =>
          response.statusCode < 300
            ? resolve(JSON.parse(text))
            : reject(new Error(`${method} ${path} -> ${response.statusCode} ${text.slice(0, 200)}`)),
        );
      },
    );
    request.on('error', reject);
    if (payload) request.write(payload);
    request.end();
  });
}
const submit = (i) =>
  call('POST', '/experiment/wine-quality/', { alpha: 0.01 + (i % 100) / 100, l1_ratio: (i % 7) / 7 });
const status = (id) => call('GET', `/experiment/wine-quality/tasks/${id}`);
async function finished(id, pause) {
  for (let tries = 0; tries < 60000 / pause; tries++) {
    const task = await status(id);
    if (task.status === 'SUCCESS') return task;
    if (task.status === 'FAILURE') throw new Error(JSON.stringify(task));
    await new Promise((done) => setTimeout(done, pause));
  }
  throw new Error(`task ${id} did not finish`);
}

for (let i = 0; i < 4; i++) await finished((await submit(i)).task_id, 20); // warm up
const lone = [];
for (let i = 0; i < 20; i++) {
  const t = performance.now();
  await finished((await submit(i)).task_id, 2);
  lone.push(performance.now() - t);
}
lone.sort((a, b) => a - b);

const ids = [];
let next = 0;
const start = performance.now();
await Promise.all(
  Array.from({ length: clients }, async () => {
    while (next < tasks) {
      const i = next++;
      ids.push((await submit(i)).task_id);
    }
  }),
);
const accepted = performance.now() - start;
// The last ones first: by the time they are done, the rest take one look each.
for (const id of ids.reverse()) await finished(id, 10);
const all = performance.now() - start;
console.log(
  JSON.stringify({
    tasks,
    acceptedPerSecond: +((tasks / accepted) * 1000).toFixed(1),
    finishedPerSecond: +((tasks / all) * 1000).toFixed(1),
    loneTaskMs: { p50: +lone[10].toFixed(1), p95: +lone[18].toFixed(1) },
  }),
);
agent.destroy();
