import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from './api-client.js';
import { childrenOf, Installation, signal, waitFor } from './installation.js';

let installation: Installation;

beforeAll(async () => {
  installation = await Installation.create('postgres');
});

afterAll(() => installation?.remove());

it('a second signal ends a server that still works at once; one that arrives with the first is the same', async () => {
  const server = await installation.start('main');
  const children = childrenOf(server.child.pid);
  for (const child of children) signal(child, 'SIGSTOP');
  const api = new ApiClient(server.url);
  await api.submit({});
  await waitFor('a task at work', 10_000, async () => (await installation.count('STARTED')) === 1);
  const ending = server.stop('SIGTERM');
  await server.untilPrinted(/SIGTERM: finishing what runs/);
  server.child.kill('SIGTERM');
  await sleep(1_000);
  expect(server.child.exitCode).toBeNull();
  server.child.kill('SIGTERM');
  const start = performance.now();
  expect(await ending).toBe(1);
  expect(performance.now() - start).toBeLessThan(2_000);
  for (const child of children) signal(child, 'SIGCONT');
  // The database is still there; the next server takes it over and ends it.
  expect(await (await installation.start('main')).stop()).toBe(0);
});

it('a server ends although clients hold connections on which nothing happens', async () => {
  const server = await installation.start('main');
  const { hostname, port } = new URL(server.url);
  const api = new ApiClient(server.url);
  const { body: run } = await api.post<{ run_id: string }>('/api/v1/runs', { experiment_id: 0 });
  const file = `/api/v1/runs/${run.run_id}/artifacts/large`;
  await fetch(server.url + file, { method: 'PUT', body: new Uint8Array(30_000_000) });
  const requests = ['', 'GET /health HTTP/1.1\r\nHost: ', `GET ${file} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`];
  const sockets = await Promise.all(
    requests.map(async (text) => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(text);
      return socket;
    }),
  );
  // The download has begun, and nobody reads on.
  await once(sockets[2], 'readable');
  expect(await server.stop('SIGTERM')).toBe(0);
  for (const socket of sockets) socket.destroy();
}, 60_000);
