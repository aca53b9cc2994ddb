import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { ApiClient } from './api-client.js';
import { CellarProcess, temporaryFolder } from './cellar-process.js';

/** Stands where a Redis should be. @param answer is given all that a client sends */
async function inPlaceOfRedis(answer: (bytes: Buffer, socket: Socket) => void) {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on('data', (bytes) => answer(bytes, socket));
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return connections;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(() => folder.remove());

it('executes tasks and says what to check where Redis refuses the login, without a word of the password', async () => {
  const redis = await inPlaceOfRedis((bytes, socket) => {
    for (const [, command] of bytes.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
      socket.write(command.toLowerCase() === 'auth' ? '-WRONGPASS invalid username-password pair\r\n' : '-NOAUTH\r\n');
    }
  });
  const REDIS_URL = `redis://:open-sesame@${redis.host}`;
  const cellar = await CellarProcess.start('main', { DATA_DIR: folder.path, REDIS_URL });
  try {
    const api = new ApiClient(cellar.url);
    expect((await api.ended(await api.submit({}))).status).toBe('SUCCESS');
    expect((await api.get('/health')).status).toBe(503);
    expect(redis.connections).toBeLessThan(50);
  } finally {
    await cellar.stop();
    redis.close();
  }
  expect(await cellar.exitCode()).toBe(0);
  expect(cellar.output).toContain(
    'WRONGPASS invalid username-password pair Check the user and the password in REDIS_URL',
  );
  expect(cellar.output).not.toContain('open-sesame');
}, 60_000);

it('speaks TLS to a Redis at rediss://', async () => {
  const sent: Buffer[] = [];
  const redis = await inPlaceOfRedis((bytes, socket) => {
    sent.push(bytes);
    socket.destroy();
  });
  const REDIS_URL = `rediss://:open-sesame@${redis.host}`;
  const cellar = await CellarProcess.start('main', { DATA_DIR: folder.path, REDIS_URL }, ['--api-only']);
  await cellar.stop();
  redis.close();
  expect(sent.length).toBeGreaterThan(0);
  // Each begins a handshake.
  expect(new Set(sent.map(([first]) => first))).toEqual(new Set([0x16]));
  expect(Buffer.concat(sent).includes('open-sesame')).toBe(false);
}, 60_000);
