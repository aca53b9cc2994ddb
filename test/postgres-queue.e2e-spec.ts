import { randomUUID } from 'node:crypto';
import { MikroORM } from '@mikro-orm/postgresql';
import { ormOptions } from '../src/orm.js';
import { PostgresQueue } from '../src/tasks/queue/postgres-queue.js';
import { Installation, waitFor } from './installation.js';

describe('a queue on PostgreSQL', () => {
  let installation: Installation;
  let orm: MikroORM;
  let woken: number;
  let unsubscribe: () => Promise<void>;

  const newQueue = () => new PostgresQueue(orm.em.fork());

  beforeAll(async () => {
    installation = await Installation.create('postgres');
    orm = await MikroORM.init(ormOptions(installation.address));
  });

  afterAll(async () => {
    await orm?.close();
    expect(await installation?.remove()).toEqual([]);
  });

  beforeEach(async () => {
    woken = 0;
    unsubscribe = await newQueue().subscribe(() => woken++);
    // What a subscriber may have missed wakes it once.
    woken = 0;
  });

  afterEach(() => unsubscribe());

  it('announces at once what is left when it ends', async () => {
    const ending = newQueue();
    // A worker beside it makes it wait longest.
    const leave = await ending.subscribe(() => undefined);
    await Promise.all([ending.send([randomUUID()]), ending.beforeApplicationShutdown()]);
    const start = performance.now();
    for (let i = 0; i < 10; i++) await ending.send([randomUUID()]);
    expect(performance.now() - start).toBeLessThan(900);
    await waitFor('the notifications', 2_000, () => woken === 11);
    await leave();
  });

  it('announces what comes while an announcement of nothing ends', async () => {
    const queue = newQueue();
    await Promise.all([queue.send([]), queue.send([randomUUID()])]);
    await waitFor('the notification', 2_000, () => woken > 0);
  });
});
