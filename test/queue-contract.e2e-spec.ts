import { randomUUID } from 'node:crypto';
import { MikroORM } from '@mikro-orm/postgresql';
import Bull, { type Queue } from 'bull';
import { ormOptions } from '../src/orm.js';
import { type Claim, ExecutionRepository, type Outcome } from '../src/tasks/execution.repository.js';
import { BullQueue, WAKE_JOB } from '../src/tasks/queue/bull-queue.js';
import { PostgresQueue } from '../src/tasks/queue/postgres-queue.js';
import { QUEUE_NAME, type TaskMessage, type TaskQueue } from '../src/tasks/queue/task-queue.js';
import { Task } from '../src/tasks/task.entity.js';
import type { NewTask, TaskRepository } from '../src/tasks/task.repository.js';
import { ApiClient, type ErrorAnswer } from './api-client.js';
import type { CellarProcess } from './cellar-process.js';
import { type Driver, Installation, SLOW_INPUT, waitFor } from './installation.js';
import { describeWithRedis } from './redis-server.js';

const WORKER = 'by-hand-1';
const OTHER_WORKER = 'by-hand-2';

const newTask = (given: Partial<NewTask> = {}): NewTask => ({
  id: randomUUID(),
  name: 'contract',
  experimentId: 0,
  catalogue: 'wine-quality',
  input: SLOW_INPUT,
  priority: 0,
  ...given,
});

const outcomeOf = ({ id, attempt }: { id: string; attempt: number }, rmse = 0.5): Outcome => ({
  id,
  attempt,
  state: 'SUCCESS',
  runMs: 1,
  result: { ...SLOW_INPUT, rmse },
  metrics: { rmse },
  model: null,
  error: null,
  traceback: null,
  warnings: [],
});

/** What every driver of the queue promises; the statements are the same for both, the messages are not. */
function contract(driver: Driver): void {
  let installation: Installation;
  let server: CellarProcess;
  let api: ApiClient;
  let orm: MikroORM;
  let tasks: TaskRepository;
  let executions: ExecutionRepository;
  let queue: TaskQueue;
  let bull: Queue<TaskMessage> | undefined;

  beforeAll(async () => {
    installation = await Installation.create(driver);
    server = await installation.start('main', '--api-only');
    api = new ApiClient(server.url);
    orm = await MikroORM.init(ormOptions(installation.address));
    tasks = orm.em.fork().getRepository(Task);
    executions = new ExecutionRepository(orm.em.fork());
    if (installation.redis) bull = new Bull(QUEUE_NAME, installation.redis.url, { prefix: 'cellar' });
    queue = bull ? new BullQueue(bull) : new PostgresQueue(orm.em.fork());
    // While Redis is away, Bull says so here too.
    bull?.on('error', () => undefined);
    await installation.recordEnds();
  });

  afterAll(async () => {
    await bull?.close();
    await orm?.close();
    expect(await server?.stop()).toBe(0);
    expect(await installation?.remove()).toEqual([]);
  });

  beforeEach(async () => {
    // Messages of earlier tests may still wait in Redis: a wake-up for which there is no task must do no harm.
    await installation.query('TRUNCATE run, ending, idempotency_key CASCADE');
  });

  const row = async (id: string) => {
    const [found] = await installation.query(
      `SELECT task.state, task.attempt, task.worker, task.result, run.status, (SELECT value FROM latest_metric WHERE run_id = run.id AND key = 'rmse') AS rmse,
              run.start_time, run.end_time, task.lease_until > now() AS leased
       FROM task JOIN run USING (id) WHERE id = $1`,
      [id],
    );
    return found;
  };
  const counts = async () => {
    const [found] = await installation.query<{ runs: number; tasks: number; keys: number }>(
      `SELECT (SELECT count(*)::int FROM run) AS runs, (SELECT count(*)::int FROM task) AS tasks,
              (SELECT count(*)::int FROM idempotency_key) AS keys`,
    );
    return found;
  };
  /** Claims one task by hand, as the only worker there is. */
  const claimOne = async (worker = WORKER): Promise<Claim> => {
    const claims = await executions.claim(worker, 1);
    expect(claims).toHaveLength(1);
    return claims[0];
  };
  const expireLease = (id: string) =>
    installation.query(`UPDATE task SET lease_until = now() - interval '1 second' WHERE id = $1`, [id]);

  describe('while no worker runs', () => {
    it('stores a submission in one transaction: the run with its task, or neither', async () => {
      await installation.query(`
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused by the test'; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON task FOR EACH ROW WHEN (NEW.input->>'alpha' = '0.123')
          EXECUTE FUNCTION refuse();`);
      const bad = { ...SLOW_INPUT, alpha: 0.123 };
      try {
        const answers = await Promise.all(
          Array.from({ length: 30 }, (_, i) =>
            i % 10 === 5
              ? api.post('/experiment/wine-quality/', bad, i % 20 === 5 ? { 'idempotency-key': `key-${i}` } : {})
              : api.post('/experiment/wine-quality/', SLOW_INPUT),
          ),
        );
        expect(answers.map(({ status }) => status)).toEqual(answers.map((_, i) => (i % 10 === 5 ? 500 : 202)));
        expect(await counts()).toEqual({ runs: 27, tasks: 27, keys: 0 });
        // The very same transaction wrote both rows, so nobody ever sees one without the other.
        expect(
          await installation.query(
            'SELECT 1 FROM run LEFT JOIN task USING (id) WHERE task.xmin IS DISTINCT FROM run.xmin',
          ),
        ).toEqual([]);
      } finally {
        await installation.query('DROP TRIGGER refuse ON task; DROP FUNCTION refuse');
      }
    });

    it('claims each of 200 tasks once, whoever asks, the urgent ones first', async () => {
      const claimers = [1, 2, 3, 4].map((n) => `claimer-${n}`);
      // Each has its connection from here on. On a busy machine one had everything before another was connected.
      expect(await Promise.all(claimers.map((claimer) => executions.claim(claimer, 7)))).toEqual([[], [], [], []]);
      await tasks.insertAll(Array.from({ length: 200 }, (_, i) => newTask({ priority: i % 3 })));
      const order = await installation.query<{ id: string }>('SELECT id FROM task ORDER BY priority DESC, seq');
      const place = new Map(order.map(({ id }, i) => [id, i]));
      const claimed = await Promise.all(
        claimers.map(async (claimer) => {
          const places: number[] = [];
          for (;;) {
            const claims = await executions.claim(claimer, 7);
            if (claims.length === 0) return places;
            expect(claims.length).toBeLessThanOrEqual(7);
            places.push(...claims.map(({ id }) => place.get(id) ?? -1));
          }
        }),
      );
      // What one claimer gets comes in order, and together they get everything once.
      for (const places of claimed) expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(claimed.flat().toSorted((a, b) => a - b)).toEqual([...place.values()]);
      expect(claimed.filter((places) => places.length > 0).length).toBeGreaterThan(1);
      expect(await installation.query('SELECT DISTINCT attempt, state FROM task')).toEqual([
        { attempt: 1, state: 'STARTED' },
      ]);
    });

    it('does not claim a task before its time', async () => {
      const task = newTask();
      await tasks.insertAll([task]);
      await installation.query(`UPDATE task SET wake_at = now() + interval '1 hour'`);
      expect(await executions.claim(WORKER, 10)).toEqual([]);
      await installation.query('UPDATE task SET wake_at = now()');
      expect((await executions.claim(WORKER, 10)).map(({ id }) => id)).toEqual([task.id]);
    });

    it('lets only the current attempt end a task', async () => {
      const task = newTask();
      await tasks.insertAll([task]);
      const first = await claimOne();
      await expireLease(task.id);
      await executions.reconcile();
      const second = await claimOne(OTHER_WORKER);
      expect([first.attempt, second.attempt]).toEqual([1, 2]);

      const before = await row(task.id);
      expect(await executions.finish([outcomeOf(first, 0.1)])).toEqual([]);
      expect(await row(task.id)).toEqual(before);

      expect((await executions.finish([outcomeOf(second, 0.2)])).map(({ id }) => id)).toEqual([task.id]);
      const ended = await row(task.id);
      expect(ended).toMatchObject({ state: 'SUCCESS', status: 'FINISHED', attempt: 2, rmse: 0.2 });
      // Neither the late attempt nor a repetition of the right one changes what is recorded.
      expect(await executions.finish([outcomeOf(first, 0.1), outcomeOf(second, 0.3)])).toEqual([]);
      expect(await row(task.id)).toEqual(ended);
      expect(await installation.query('SELECT attempt, state FROM ending')).toEqual([{ attempt: 2, state: 'SUCCESS' }]);
    });

    it('ends the tasks of one batch one by one: a late attempt does not hold up its neighbours', async () => {
      await tasks.insertAll([newTask(), newTask(), newTask()]);
      const claims = await executions.claim(WORKER, 3);
      const outcomes = claims.map((claim) => outcomeOf(claim));
      outcomes[1].attempt = 7;
      const ended = await executions.finish(outcomes);
      expect(ended.map(({ id }) => id).toSorted()).toEqual([claims[0].id, claims[2].id].toSorted());
      expect(await row(claims[1].id)).toMatchObject({ state: 'STARTED', status: 'RUNNING', end_time: null });
    });

    it('takes a task from a worker that went silent, and gives it to the next one', async () => {
      const task = newTask();
      await tasks.insertAll([task]);
      await claimOne();
      expect(await executions.reconcile()).toEqual([]);
      expect(await row(task.id)).toMatchObject({ state: 'STARTED', status: 'RUNNING', leased: true });
      await expireLease(task.id);
      // It is announced in the same pass: whoever is idle need not wait for the next one.
      expect(await executions.reconcile()).toEqual([task.id]);
      expect(await row(task.id)).toMatchObject({ state: 'RETRY', status: 'SCHEDULED', worker: null, start_time: null });
      const again = await claimOne(OTHER_WORKER);
      await executions.finish([outcomeOf(again)]);
      expect(await row(task.id)).toMatchObject({ state: 'SUCCESS', attempt: 2, worker: OTHER_WORKER });
    });

    it('announces a task again that waits for ten seconds, and then not before ten more', async () => {
      const [waiting, fresh] = [newTask(), newTask()];
      await tasks.insertAll([waiting, fresh]);
      await installation.query(`UPDATE task SET wake_at = now() - interval '11 seconds' WHERE id = $1`, [waiting.id]);
      expect(await executions.reconcile()).toEqual([waiting.id]);
      expect(await executions.reconcile()).toEqual([]);
      await installation.query(`UPDATE task SET sent_at = sent_at - interval '11 seconds' WHERE id = $1`, [waiting.id]);
      expect(await executions.reconcile()).toEqual([waiting.id]);
    });

    it('lets one process reconcile at a time', async () => {
      await tasks.insertAll([newTask()]);
      await installation.query(`UPDATE task SET wake_at = now() - interval '11 seconds'`);
      const passes = await Promise.all([1, 2, 3, 4].map(() => executions.reconcile()));
      expect(passes.flat()).toHaveLength(1);
    });

    it('renews a lease for its holder only', async () => {
      const task = newTask();
      await tasks.insertAll([task]);
      const claim = await claimOne();
      await installation.query(`UPDATE task SET lease_until = now() + interval '5 seconds'`);
      expect(await executions.renew(OTHER_WORKER, [task.id])).toEqual([]);
      const left = async () => {
        const [{ seconds }] = await installation.query<{ seconds: number }>(
          'SELECT extract(epoch FROM lease_until - now())::float8 AS seconds FROM task',
        );
        return seconds;
      };
      expect(await left()).toBeLessThan(6);
      expect(await executions.renew(WORKER, [task.id])).toEqual([{ id: task.id, attempt: claim.attempt }]);
      expect(await left()).toBeGreaterThan(25);
      await executions.finish([outcomeOf(claim)]);
      expect(await executions.renew(WORKER, [task.id])).toEqual([]);
    });

    it('takes claims back, but only from the attempt that holds them', async () => {
      const task = newTask();
      await tasks.insertAll([task]);
      const claim = await claimOne();
      await executions.giveBack([{ ...claim, attempt: claim.attempt + 1 }], 'PENDING', 0);
      expect(await row(task.id)).toMatchObject({ state: 'STARTED', worker: WORKER });
      await executions.giveBack([claim], 'PENDING', 0);
      expect(await row(task.id)).toMatchObject({
        state: 'PENDING',
        status: 'SCHEDULED',
        worker: null,
        start_time: null,
      });
      const again = await claimOne();
      await executions.giveBack([again], 'RETRY', 3_600);
      expect(await row(task.id)).toMatchObject({ state: 'RETRY', status: 'SCHEDULED' });
      // The pause before a retry is kept.
      expect(await executions.claim(WORKER, 1)).toEqual([]);
      await installation.query('UPDATE task SET wake_at = now()');
      await executions.finish([outcomeOf(await claimOne())]);
      await executions.giveBack([{ id: task.id, attempt: 3 }], 'RETRY', 0);
      expect(await row(task.id)).toMatchObject({ state: 'SUCCESS', status: 'FINISHED', attempt: 3 });
    });

    it('says that no worker took a probe, and leaves nothing of it', async () => {
      const answer = api.get<ErrorAnswer>('/queue-check');
      await waitFor('the probe', 3_000, async () => (await counts()).tasks === 1);
      expect((await api.get('/api/v1/tasks')).body).toEqual({ tasks: [], next_cursor: null });
      expect(Object.values((await api.get('/api/v1/task-counts')).body)).toEqual([0, 0, 0, 0, 0, 0]);
      const { status, body } = await answer;
      expect(status).toBe(503);
      expect(body.message).toContain('no worker took it');
      expect(await counts()).toMatchObject({ runs: 0, tasks: 0 });
    });
  });

  describe('while two workers run', () => {
    let workers: CellarProcess[];

    beforeAll(async () => {
      workers = await Promise.all([installation.start('worker'), installation.start('worker')]);
      // The first task of a worker may wait for its training process, which is still being started.
      await Promise.all(Array.from({ length: 20 }, async () => api.ended(await api.submit(SLOW_INPUT))));
    });

    afterAll(async () => {
      expect(await Promise.all(workers.map((worker) => worker.stop()))).toEqual([0, 0]);
    });

    it('wakes an idle worker in less than a second, every time', async () => {
      // More often than chance or a poll of five seconds could be this quick.
      for (let i = 0; i < 8; i++) {
        const start = performance.now();
        const { status, attempt } = await api.ended(await api.submit(SLOW_INPUT), 10_000);
        expect({ status, attempt, quick: performance.now() - start < 1_000 }).toEqual({
          status: 'SUCCESS',
          attempt: 1,
          quick: true,
        });
      }
    });

    it('goes on where somebody notifies what is no announcement', async () => {
      for (const payload of ['', 'x', 'null', '5', '{"tasks":[]}']) {
        await installation.query('SELECT pg_notify($1, $2)', ['cellar-tasks', payload]);
      }
      expect((await api.ended(await api.submit(SLOW_INPUT), 10_000)).status).toBe('SUCCESS');
      expect(workers.map(({ ended }) => ended)).toEqual([false, false]);
    });

    it('executes a task once that was announced ten times, and once more after its end', async () => {
      const task = newTask();
      await tasks.insertAll([task]);
      const announce = async (n: number) => {
        // Bull itself would drop the repetitions of one job; as a job of its own each is delivered.
        if (bull) await bull.add(WAKE_JOB, { taskId: task.id }, { jobId: `again-${n}`, removeOnComplete: true });
        else await queue.send([task.id]);
      };
      await Promise.all(Array.from({ length: 10 }, (_, n) => announce(n)));
      await api.ended(task.id, 10_000);
      await announce(10);
      // Behind the last message, so by the end of this one the last was heard too.
      await api.ended(await api.submit(SLOW_INPUT), 10_000);
      expect(await row(task.id)).toMatchObject({ state: 'SUCCESS', attempt: 1 });
      expect(await installation.query('SELECT attempt FROM ending WHERE task_id = $1', [task.id])).toEqual([
        { attempt: 1 },
      ]);
    });

    it('starts a task in less than twenty seconds whose message was lost', async () => {
      const task = newTask();
      await tasks.insertAll([task]);
      expect((await api.ended(task.id, 20_000)).status).toBe('SUCCESS');
    });

    it('sends a probe through the queue and leaves nothing of it', async () => {
      const probes = await Promise.all(Array.from({ length: 5 }, () => api.get('/queue-check')));
      for (const { status, body } of probes) {
        expect([status, body.status, body.queue]).toEqual([200, 'ok', driver]);
        expect(body.milliseconds).toBeLessThan(1_000);
      }
      expect(await counts()).toMatchObject({ runs: 0, tasks: 0 });
    });

    it('shares 300 tasks and ends each once', async () => {
      const ids = await Promise.all(Array.from({ length: 300 }, () => api.submit(SLOW_INPUT)));
      await waitFor('300 ends', 30_000, async () => (await installation.count('SUCCESS')) === 300);
      expect(await installation.query('SELECT DISTINCT state, attempt FROM task')).toEqual([
        { state: 'SUCCESS', attempt: 1 },
      ]);
      const endings = await installation.query<{ task_id: string }>('SELECT task_id FROM ending');
      expect(endings.map(({ task_id }) => task_id).toSorted()).toEqual(ids.toSorted());
    });

    if (driver === 'bull') {
      it('takes submissions while Redis is down, says so, and executes them once it is back', async () => {
        await installation.redis?.stop('SIGKILL');
        const start = performance.now();
        const ids = await Promise.all(Array.from({ length: 20 }, () => api.submit(SLOW_INPUT)));
        expect(performance.now() - start).toBeLessThan(3_000);
        const { status, body } = await api.get<{ error: Record<string, unknown> }>('/health');
        expect(status).toBe(503);
        expect(body.error).toEqual({
          queue: { status: 'down', driver: 'bull', message: expect.stringMatching(/Redis/) },
        });
        // The workers would find the probe all the same.
        const check = await api.get<ErrorAnswer>('/queue-check');
        expect([check.status, check.body.message]).toEqual([503, expect.stringMatching(/The queue does not answer/)]);
        await installation.redis?.start();
        for (const id of ids) expect(await api.ended(id, 30_000)).toMatchObject({ status: 'SUCCESS', attempt: 1 });
        await waitFor('a healthy queue', 10_000, async () => (await api.get('/health')).status === 200);
        // They find the tasks without Redis, too, and come back to it in their own time.
        await waitFor('the workers', 30_000, async () => (await installation.redis?.listeners()) === workers.length);
      });
    }
  });

  if (driver === 'bull') {
    it('starts what a worker finds in the table after Redis forgot every message', async () => {
      const ids = await Promise.all(Array.from({ length: 20 }, () => api.submit(SLOW_INPUT)));
      await waitFor('the messages', 5_000, async () => ((await bull?.count()) ?? 0) >= 20);
      await installation.redis?.flush();
      const worker = await installation.start('worker');
      const start = performance.now();
      for (const id of ids) expect(await api.ended(id, 20_000)).toMatchObject({ status: 'SUCCESS', attempt: 1 });
      expect(performance.now() - start).toBeLessThan(20_000);
      expect(await worker.stop()).toBe(0);
    });
  }
}

describe('the queue on PostgreSQL', () => contract('postgres'));
describeWithRedis('the queue on Bull', () => contract('bull'));
