import { QUEUE_NAME } from '../src/tasks/queue/task-queue.js';
import { ApiClient } from './api-client.js';
import type { CellarProcess } from './cellar-process.js';
import {
  childrenOf,
  type Driver,
  Installation,
  isAlive,
  SLOW_INPUT,
  Submitter,
  signal,
  waitFor,
} from './installation.js';
import { describeWithRedis } from './redis-server.js';

const TASKS = 100;

/** Enough have ended that the work is under way, and most are still to come. */
const MIDDLE = 20;

/** A lease of 30 s, a pass of the reconciler each 5 s, and the work itself. */
const RECOVERY_MS = 60_000;

const LIMIT_MS = 150_000;

/** Runs a scenario on a Cellar of its own; nothing of it may be left at the end. */
async function onFresh(driver: Driver, scenario: (installation: Installation) => Promise<void>): Promise<void> {
  const installation = await Installation.create(driver);
  try {
    await scenario(installation);
  } finally {
    await installation.remove();
  }
}

/**
 * Brings a worker into the middle of its work and holds it there: some tasks have ended, some are claimed, some wait. Tasks
 * take half a millisecond, so without holding the training processes "the middle" would be over before anybody could act.
 * @returns the training processes, stopped
 */
async function bringIntoTheMiddle(
  installation: Installation,
  worker: CellarProcess,
  submitter: Submitter,
): Promise<number[]> {
  await submitter.submit(MIDDLE);
  await waitFor('the first ends', RECOVERY_MS, async () => (await installation.count('SUCCESS')) === MIDDLE);
  const children = childrenOf(worker.child.pid);
  expect(children).toHaveLength(2);
  for (const child of children) signal(child, 'SIGSTOP');
  await submitter.submit(TASKS - MIDDLE);
  await waitFor('claims', 10_000, async () => (await installation.count('STARTED')) >= children.length);
  expect(await installation.count('SUCCESS')).toBe(MIDDLE);
  return children;
}

/** Every acknowledged task is there and ended well, once; no run contradicts its task; nothing was made up. */
async function expectAllEndedOnce(installation: Installation, { acknowledged, attempted }: Submitter): Promise<void> {
  const rows = await installation.query<{ id: string; fine: boolean; attempt: number; rmse: number; endings: number }>(
    `SELECT task.id, task.attempt, task.result->>'rmse' AS rmse,
            task.state = 'SUCCESS' AND run.status = 'FINISHED' AND run.end_time IS NOT NULL AND task.lease_until IS NULL
              AND (task.result->>'rmse')::float8 = (SELECT value FROM latest_metric WHERE run_id = run.id AND key = 'rmse') AS fine,
            (SELECT count(*)::int FROM ending WHERE ending.task_id = task.id) AS endings
     FROM task JOIN run USING (id)`,
  );
  const ids = new Set(rows.map(({ id }) => id));
  expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
  expect(rows.length).toBeLessThanOrEqual(attempted);
  expect(rows.filter(({ fine, endings }) => !fine || endings !== 1)).toEqual([]);
  expect(Math.max(...rows.map(({ attempt }) => attempt))).toBeLessThanOrEqual(3);
  // All have the same parameters, so an undisturbed run and a repeated one leave the same number.
  expect(new Set(rows.map(({ rmse }) => rmse)).size).toBe(1);
}

/** How long until every task has ended, with a limit. */
const untilAllEnded = (installation: Installation, limitMs: number) =>
  waitFor('the end of every task', limitMs, async () => {
    const [{ open }] = await installation.query<{ open: number }>(
      `SELECT count(*)::int AS open FROM task WHERE state NOT IN ('SUCCESS', 'FAILURE', 'REVOKED')`,
    );
    return open === 0;
  });

/** Processes of ours that are still there; the database's belong to the data folder. */
const survivors = (installation: Installation, pids: number[]) => [
  ...pids.filter(isAlive),
  ...installation.folder.processes(),
];

/** Scenarios wait for leases most of the time, so they run side by side. */
function survival(driver: Driver): void {
  it.concurrent(
    'a worker that is killed loses no task: the next one does them all',
    () =>
      onFresh(driver, async (installation) => {
        const api = await installation.start('main', '--api-only');
        await installation.recordEnds();
        const submitter = new Submitter(api.url);
        const worker = await installation.start('worker');
        const children = await bringIntoTheMiddle(installation, worker, submitter);
        await worker.stop('SIGKILL');
        // They hold no lock and no port, and see that their supervisor is gone as soon as they may run.
        for (const child of children) signal(child, 'SIGCONT');
        await waitFor('the end of the orphans', 5_000, () => !children.some(isAlive));

        await installation.start('worker');
        const recovery = await untilAllEnded(installation, RECOVERY_MS);
        expect(recovery).toBeLessThan(RECOVERY_MS);
        expect(submitter.acknowledged).toHaveLength(TASKS);
        await expectAllEndedOnce(installation, submitter);
        // What the killed worker held was begun again, everything else was not.
        const attempts = await installation.query<{ attempt: number }>('SELECT DISTINCT attempt FROM task ORDER BY 1');
        expect(attempts).toEqual([{ attempt: 1 }, { attempt: 2 }]);
      }),
    LIMIT_MS,
  );

  it.concurrent(
    'a training process that is killed costs its task a second attempt, and nothing else',
    () =>
      onFresh(driver, async (installation) => {
        const server = await installation.start('main');
        await installation.recordEnds();
        const submitter = new Submitter(server.url);
        const children = await bringIntoTheMiddle(installation, server, submitter);
        signal(children[0], 'SIGKILL');
        signal(children[1], 'SIGCONT');
        const recovery = await untilAllEnded(installation, 15_000);
        expect(recovery).toBeLessThan(15_000);
        await expectAllEndedOnce(installation, submitter);
        expect(await installation.query('SELECT 1 FROM task WHERE attempt > 1')).toHaveLength(1);
        // The slot has a process again.
        await waitFor('the new process', 5_000, () => childrenOf(server.child.pid).filter(isAlive).length === 2);
      }),
    LIMIT_MS,
  );

  it.concurrent(
    'everything killed at once comes back by starting it again',
    () =>
      onFresh(driver, async (installation) => {
        const server = await installation.start('main');
        await installation.recordEnds();
        await installation.leave();
        const submitter = new Submitter(server.url);
        const children = await bringIntoTheMiddle(installation, server, submitter);
        // Killed while requests are under way: those that were answered count.
        const submitting = submitter.submit(1_000);
        await waitFor('more submissions', 10_000, () => submitter.acknowledged.length > TASKS + 50);
        await server.stop('SIGKILL');
        submitter.stop();
        await submitting;
        for (const child of children) signal(child, 'SIGKILL');

        const again = await installation.start('main');
        await untilAllEnded(installation, RECOVERY_MS);
        await expectAllEndedOnce(installation, submitter);
        expect(await again.stop()).toBe(0);
        expect(survivors(installation, children)).toEqual([]);
      }),
    LIMIT_MS,
  );

  it.concurrent(
    'a server that is told to end lets running tasks end and gives the others back',
    () =>
      onFresh(driver, async (installation) => {
        const server = await installation.start('main');
        await installation.recordEnds();
        const submitter = new Submitter(server.url);
        const children = await bringIntoTheMiddle(installation, server, submitter);
        const ending = server.stop('SIGTERM');
        await server.untilPrinted(/SIGTERM: finishing what runs/);
        // As npm passes on a signal that the terminal has sent to all of them.
        server.child.kill('SIGTERM');
        for (const child of children) signal(child, 'SIGCONT');
        const start = performance.now();
        expect(await ending).toBe(0);
        // Nothing had to be cut short, so nothing had to be waited for.
        expect(performance.now() - start).toBeLessThan(10_000);
        expect(await installation.count('STARTED')).toBe(0);
        expect(await installation.query(`SELECT 1 FROM task WHERE state = 'PENDING' AND attempt > 1`)).toEqual([]);
        expect(await installation.query('SELECT 1 FROM worker')).toEqual([]);
        // A message that it kept in its hands would be given to nobody for half a minute.
        if (installation.redis) expect(await installation.redis.held(`cellar:${QUEUE_NAME}`)).toBe(0);
        await installation.leave();
        expect(survivors(installation, children)).toEqual([]);

        const again = await installation.start('main');
        await untilAllEnded(installation, RECOVERY_MS);
        await expectAllEndedOnce(installation, submitter);
        expect(await again.stop()).toBe(0);
        expect(survivors(installation, [])).toEqual([]);
      }),
    LIMIT_MS,
  );

  it.concurrent(
    'a server that is told to end cuts short what does not come to its end',
    () =>
      onFresh(driver, async (installation) => {
        const server = await installation.start('main');
        await installation.recordEnds();
        await installation.leave();
        const submitter = new Submitter(server.url);
        const children = await bringIntoTheMiddle(installation, server, submitter);
        const start = performance.now();
        expect(await server.stop('SIGTERM')).toBe(0);
        expect(performance.now() - start).toBeLessThan(30_000);
        expect(survivors(installation, children)).toEqual([]);

        const again = await installation.start('main');
        await untilAllEnded(installation, RECOVERY_MS);
        await expectAllEndedOnce(installation, submitter);
        expect(await again.stop()).toBe(0);
        expect(survivors(installation, [])).toEqual([]);
      }),
    LIMIT_MS,
  );

  it.concurrent(
    'a worker that is busy or ending leaves new tasks to an idle one',
    () =>
      onFresh(driver, async (installation) => {
        const server = await installation.start('main', '--api-only');
        await installation.recordEnds();
        const api = new ApiClient(server.url);
        const busy = await installation.start('worker');
        const children = childrenOf(busy.child.pid);
        for (const child of children) signal(child, 'SIGSTOP');
        const held = new Submitter(server.url);
        await held.submit(2);
        await waitFor('both slots at work', 10_000, async () => (await installation.count('STARTED')) === 2);

        const idle = await installation.start('worker');
        // Its first task may wait for its training process.
        await api.ended(await api.submit(SLOW_INPUT), 15_000);
        // More tasks than a worker has slots: were it to take a message for each, it would take most of them by now.
        const quick = async () => {
          for (let i = 0; i < 10; i++) {
            const start = performance.now();
            await api.ended(await api.submit(SLOW_INPUT), 15_000);
            expect(performance.now() - start).toBeLessThan(2_000);
          }
        };
        await quick();
        // One slot free again: only that it is ending keeps this worker from hearing more.
        signal(children[1], 'SIGCONT');
        // Stopped right after its worker's start, its process may have all of its own start still before it.
        await waitFor('one end', 20_000, async () => (await installation.count('STARTED')) === 1);
        const ending = busy.stop('SIGTERM');
        await busy.untilPrinted(/SIGTERM: finishing what runs/);
        await quick();
        signal(children[0], 'SIGCONT');
        expect(await ending).toBe(0);
        expect(
          await installation.query('SELECT DISTINCT state, attempt FROM task WHERE id = ANY($1)', [held.acknowledged]),
        ).toEqual([{ state: 'SUCCESS', attempt: 1 }]);
        await untilAllEnded(installation, 15_000);
        expect(await idle.stop()).toBe(0);
      }),
    LIMIT_MS,
  );

  it.concurrent(
    'a database that is killed comes back by itself, and nothing that was acknowledged is missing',
    () =>
      onFresh(driver, async (installation) => {
        const server = await installation.start('main');
        await installation.recordEnds();
        await installation.leave();
        const api = new ApiClient(server.url);
        const submitter = new Submitter(server.url);
        // With and without an Idempotency-Key, because these take different ways into the database.
        const submitting = Promise.all([submitter.submit(1e6, 8), submitter.submit(1e6, 2, { keyed: true })]);
        try {
          for (let round = 0; round < 3; round++) {
            const acknowledged = submitter.acknowledged.length;
            await waitFor('submissions', 20_000, () => submitter.acknowledged.length > acknowledged + 200);
            const postmaster = installation.folder.serverPid;
            if (postmaster === undefined) throw new Error('the database has no process');
            signal(postmaster, 'SIGKILL');
            await waitFor('the database', 30_000, async () => {
              // A server that went down with its database need not be waited for.
              if (server.ended) return true;
              return installation.folder.serverPid !== postmaster && (await api.get('/health/ready')).status === 200;
            });
            expect(server.ended ? server.output.slice(-3_000) : 'serving').toBe('serving');
          }
        } finally {
          submitter.stop();
          await submitting;
        }
        await untilAllEnded(installation, RECOVERY_MS);
        await expectAllEndedOnce(installation, submitter);
        expect(await server.stop()).toBe(0);
        expect(survivors(installation, [])).toEqual([]);
      }),
    LIMIT_MS,
  );

  it.concurrent(
    'two servers share a data folder, and the last one to leave stops the database',
    () =>
      onFresh(driver, async (installation) => {
        const servers = await Promise.all([installation.start('main'), installation.start('main')]);
        await installation.leave();
        const clients = servers.map(({ url }) => new ApiClient(url));
        expect(new Set(servers.map(({ url }) => url)).size).toBe(2);
        // Each shows what the other took.
        const ids = await Promise.all(clients.map((client) => client.submit(SLOW_INPUT)));
        const ends = await Promise.all(ids.map((id, i) => clients[1 - i].ended(id, 15_000)));
        expect(ends.map(({ status }) => status)).toEqual(['SUCCESS', 'SUCCESS']);

        expect(await servers[0].stop()).toBe(0);
        const task = await clients[1].ended(await clients[1].submit(SLOW_INPUT), 15_000);
        expect(task.status).toBe('SUCCESS');
        expect(await servers[1].stop()).toBe(0);
        expect(survivors(installation, [])).toEqual([]);
      }),
    LIMIT_MS,
  );

  if (driver === 'bull') {
    it.concurrent(
      'a Redis that is away keeps no server from starting, nor from ending',
      () =>
        onFresh(driver, async (installation) => {
          await installation.redis?.stop('SIGKILL');
          const server = await installation.start('main');
          await installation.recordEnds();
          const submitter = new Submitter(server.url);
          await submitter.submit(10);
          expect(submitter.acknowledged).toHaveLength(10);
          const start = performance.now();
          expect(await server.stop()).toBe(0);
          expect(performance.now() - start).toBeLessThan(30_000);

          const again = await installation.start('main');
          await installation.redis?.start();
          await untilAllEnded(installation, RECOVERY_MS);
          await expectAllEndedOnce(installation, submitter);
          await installation.redis?.stop('SIGKILL');
          const second = performance.now();
          expect(await again.stop()).toBe(0);
          expect(performance.now() - second).toBeLessThan(30_000);
        }),
      LIMIT_MS,
    );
  }
}

describe('with the queue on PostgreSQL', () => survival('postgres'));
describeWithRedis('with the queue on Bull', () => survival('bull'));
