import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from './api-client.js';
import { CellarProcess, temporaryFolder } from './cellar-process.js';
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

describe('with a database of its own', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;

  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder.remove());

  it('a server ends with its terminal as it does when it is told to', async () => {
    const server = await CellarProcess.start('main', { DATA_DIR: folder.path });
    expect(await readdir(join(folder.path, 'postgres'))).toContain('postmaster.pid');
    expect(await server.stop('SIGHUP')).toBe(0);
    expect(await readdir(join(folder.path, 'postgres'))).not.toContain('postmaster.pid');
  });

  it('a server works and ends where nothing that it prints can be written, as on a terminal that is gone', async () => {
    const full = openSync('/dev/full', 'w');
    const env = { DATA_DIR: folder.path, PORT: String(await freePort()) };
    const server = CellarProcess.spawn('main', env, [], { stdio: ['ignore', full, full] });
    closeSync(full);
    const health = () => fetch(`http://127.0.0.1:${env.PORT}/health/ready`).then(({ status }) => status);
    await waitFor('the server', 20_000, async () => (await health()) === 200);
    expect(await server.stop()).toBe(0);
  });

  it.each([
    ['the server', 'main', []],
    ['migrate', 'cli', ['migrate']],
  ] as const)('Ctrl-C at a first start lets the database be made, and ends %s then', async (_, program, args) => {
    const started = CellarProcess.spawn(program, { DATA_DIR: folder.path }, [...args], { detached: true });
    await waitFor('initdb', 10_000, async () => (await readdir(folder.path)).some((name) => name.includes('.tmp-')));
    await sleep(100);
    expect(await started.interruptGroup()).toBe(0);
    expect(started.output).not.toContain('can not start');
    expect(await readdir(join(folder.path, 'postgres'))).not.toContain('postmaster.pid');
  });
});

it.each([0, 20, 80])('Ctrl-C ends the demo, also %d ms after it began to serve', async (milliseconds) => {
  const demo = CellarProcess.spawn('cli', {}, ['demo', '--port', '0'], { detached: true });
  await demo.untilPrinted(/Cellar serves/);
  await sleep(milliseconds);
  const start = performance.now();
  expect(await demo.interruptGroup()).toBe(0);
  expect(performance.now() - start).toBeLessThan(5_000);
  expect(demo.output).not.toMatch(/can not start|not announced/);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
