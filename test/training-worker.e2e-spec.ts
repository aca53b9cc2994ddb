import { randomUUID } from 'node:crypto';
import { MikroORM } from '@mikro-orm/postgresql';
import { readConfig } from '../src/config.js';
import { migrate } from '../src/database/migrate.js';
import { ormOptions } from '../src/orm.js';
import { PurgeHooks } from '../src/runs/purge-hooks.js';
import { EndedTasks } from '../src/tasks/ended-tasks.js';
import { type Claim, ExecutionRepository } from '../src/tasks/execution.repository.js';
import { PostgresQueue } from '../src/tasks/queue/postgres-queue.js';
import { Task } from '../src/tasks/task.entity.js';
import { TrainingWorker } from '../src/training/training-worker.service.js';
import { Installation, waitFor } from './installation.js';

/** Claims as always, but the answer of a claim can be held up on its way, as by a slow network. */
class SlowExecutions extends ExecutionRepository {
  claims = 0;
  #gate: Promise<void> = Promise.resolve();

  override async claim(worker: string, limit: number): Promise<Claim[]> {
    const gate = this.#gate;
    const claims = await super.claim(worker, limit);
    this.claims++;
    await gate;
    return claims;
  }

  /** @returns what lets the answers go */
  holdUp(): () => void {
    let release = () => {};
    this.#gate = new Promise((resolve) => {
      release = resolve;
    });
    return () => {
      this.#gate = Promise.resolve();
      release();
    };
  }
}

describe('a worker', () => {
  let installation: Installation;
  let orm: MikroORM;
  let executions: SlowExecutions;
  let worker: TrainingWorker;

  beforeAll(async () => {
    installation = await Installation.create('postgres');
    orm = await MikroORM.init(ormOptions(installation.address));
    await migrate(orm);
  });

  afterAll(async () => {
    await orm?.close();
    expect(await installation?.remove()).toEqual([]);
  });

  beforeEach(() => {
    const em = orm.em.fork();
    executions = new SlowExecutions(em);
    worker = new TrainingWorker(
      readConfig({ WORKER_SLOTS: '2' }),
      executions,
      new PostgresQueue(em),
      new EndedTasks(new PurgeHooks()),
    );
  });

  afterEach(() => worker.beforeApplicationShutdown());

  /** A task that trains nothing, so that no process is needed for it. */
  const insertProbe = async () => {
    const id = randomUUID();
    await orm.em
      .fork()
      .getRepository(Task)
      .insertAll([{ id, name: 'probe', experimentId: 0, catalogue: null, input: {}, priority: 0 }]);
    return id;
  };
  const stateOf = async (id: string) =>
    (await installation.query<{ state: string }>('SELECT state FROM task WHERE id = $1', [id]))[0].state;

  it('executes a task that was committed and announced while an older claim was on its way back', async () => {
    const release = executions.holdUp();
    const before = worker.wake();
    await waitFor('the claim that finds nothing', 5_000, () => executions.claims === 1);
    const id = await insertProbe();
    const after = worker.wake();
    release();
    await Promise.all([before, after]);
    await waitFor('the end of the task', 5_000, async () => (await stateOf(id)) === 'SUCCESS');
  });

  it('lets whoever brings a message wait while every slot is at work', async () => {
    const release = executions.holdUp();
    const slots = [worker.wake(), worker.wake()];
    await waitFor('the claim that finds nothing', 5_000, () => executions.claims === 1);
    let taken = false;
    const third = worker.wake().then(() => {
      taken = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(taken).toBe(false);
    release();
    await Promise.all([...slots, third]);
  });

  it('executes a task that was announced while every slot was about to rest', async () => {
    const release = executions.holdUp();
    const slots = [worker.wake(), worker.wake()];
    await waitFor('the claim that finds nothing', 5_000, () => executions.claims === 1);
    const id = await insertProbe();
    slots.push(worker.wake());
    release();
    await Promise.all(slots);
    await waitFor('the end of the task', 5_000, async () => (await stateOf(id)) === 'SUCCESS');
  });
});
