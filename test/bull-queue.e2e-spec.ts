import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import Bull, { type Queue } from 'bull';
import { BullQueue, type OwnWorker, WAKE_JOB } from '../src/tasks/queue/bull-queue.js';
import { QUEUE_NAME, type TaskMessage } from '../src/tasks/queue/task-queue.js';
import { describeWithRedis, RedisServer } from './redis-server.js';

/** Nothing listens there, so every connection is refused; no server is needed for this. */
const NO_REDIS = 'redis://127.0.0.1:1';

/**
 * What @nestjs/bull does with a processor, in a process of its own, because an unhandled rejection ends it: starts to
 * process, waits for nobody, and disconnects at the end. Bull notices only a connection that is just being made.
 */
const PROGRAM = `
  import Bull from 'bull';
  import { BullQueue } from './dist/tasks/queue/bull-queue.js';
  const queue = new Bull('cellar-tasks', '${NO_REDIS}', { prefix: 'cellar' });
  new BullQueue(queue).onModuleInit();
  queue.process.call(queue, 'wake', 1, async () => undefined);
  await queue.isReady();
  const connection = queue.eclient;
  while (connection.status !== 'connecting') await new Promise((resolve) => setImmediate(resolve));
  const end = new Promise((resolve) => connection.once('end', resolve));
  connection.disconnect();
  await end;
  await new Promise((resolve) => setImmediate(resolve));
  process.exit(0);
`;

describe('a queue whose Redis was never there', () => {
  it('ends without taking its process down', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], {
      cwd: new URL('..', import.meta.url),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    child.stderr.on('data', (text: Buffer) => {
      output += text.toString();
    });
    const [exitCode] = await once(child, 'exit');
    expect([exitCode, output]).toEqual([0, '']);
  });
});

/** Stands between a client and Redis; everything takes so long each way. */
async function slowNetwork(redis: RedisServer, delayMs: number): Promise<{ url: string; close(): void }> {
  const pass = (from: Socket, to: Socket) => {
    from.on('data', (bytes) => setTimeout(() => to.write(bytes), delayMs));
    from.on('close', () => setTimeout(() => to.destroy(), delayMs));
    from.on('error', () => from.destroy());
  };
  const proxy = createServer((near) => {
    const far = connect(redis.port, '127.0.0.1');
    pass(near, far);
    pass(far, near);
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  const { port } = proxy.address() as AddressInfo;
  return { url: `redis://127.0.0.1:${port}`, close: () => proxy.close() };
}

describeWithRedis('a worker that stops to hear messages', () => {
  it('takes none with it, also where they are long on their way', async () => {
    const redis = await RedisServer.start();
    const network = await slowNetwork(redis, 50);
    const sender = new Bull(QUEUE_NAME, redis.url, { prefix: 'cellar' });
    const receiver = new Bull(QUEUE_NAME, network.url, { prefix: 'cellar' });
    const heard: string[] = [];
    try {
      const queue = new BullQueue(receiver);
      queue.onModuleInit();
      void receiver.process(WAKE_JOB, 2, async ({ data }) => void heard.push((data as { taskId: string }).taskId));
      await new BullQueue(sender).send(['before']);
      while (heard.length === 0) await sleep(10);
      await sleep(300); // until it waits for the next one

      const stopping = queue.stopReceiving();
      // Shortly before Bull cuts a connection that still waits for messages.
      await sleep(470);
      await new BullQueue(sender).send(['after']);
      await stopping;
      await sleep(100);
      expect(await sender.getActiveCount()).toBe(0);
      expect(heard.length + (await sender.getWaitingCount())).toBe(2);
    } finally {
      await receiver.close(true);
      await sender.close(true);
      network.close();
      await redis.stop();
    }
  });
});

describeWithRedis('a queue beside a worker of its own process', () => {
  let redis: RedisServer;
  let bull: Queue<TaskMessage>;
  let own: BullQueue;

  beforeAll(async () => {
    redis = await RedisServer.start();
    bull = new Bull(QUEUE_NAME, redis.url, { prefix: 'cellar' });
  });
  afterAll(async () => {
    await bull?.close();
    await redis?.stop();
  });
  beforeEach(async () => {
    await redis.flush();
    own = new BullQueue(bull);
  });
  afterEach(() => jest.restoreAllMocks());

  const waiting = async () => (await bull.getWaiting()).map(({ data }) => data.taskId);
  const sentTogether = () => {
    const addBulk = jest.spyOn(bull, 'addBulk');
    return () => addBulk.mock.calls.map(([jobs]) => jobs.length);
  };
  const workerWith = (part: Partial<OwnWorker>): OwnWorker => ({
    has: () => false,
    busy: false,
    rest: { heard: (limitMs) => sleep(limitMs) },
    ...part,
  });

  it('sends no message about what its own process has taken', async () => {
    own.serve(workerWith({ has: (id) => id !== 'waits' }));
    await own.send(['taken', 'waits', 'taken too']);
    expect(await waiting()).toEqual(['waits']);
  });

  it('loses nothing that is sent in the turn in which what was sent before needs no message', async () => {
    own.serve(workerWith({ has: (id) => id !== 'waits' }));
    await Promise.all([own.send(['taken']), Promise.resolve().then(() => own.send(['waits']))]);
    expect(await waiting()).toEqual(['waits']);
  });

  it('sends once what is announced again before its turn', async () => {
    const batches = sentTogether();
    own.serve(workerWith({ busy: true }));
    const ids = Array.from({ length: 5 }, (_, i) => `task ${i}`);
    await Promise.all([own.send(ids), own.send(ids)]);
    expect(batches()).toEqual([3, 2]);
  });

  it.each([
    ['a free slot one message at a time', false, 3, [1, 1, 1]],
    ['others a few messages at a time while its own process is at work', true, 8, [3, 3, 2]],
  ])('sends %s', async (_, busy, count, expected) => {
    const batches = sentTogether();
    const ids = Array.from({ length: count }, (_, i) => `task ${i}`);
    own.serve(workerWith({ busy }));
    await own.send(ids);
    expect(batches()).toEqual(expected);
    expect((await waiting()).toSorted()).toEqual(ids.toSorted());
  });
});
