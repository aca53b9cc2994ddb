import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { readConfig } from '../src/config.js';
import type { EndedTasks } from '../src/tasks/ended-tasks.js';
import type { Claim, ExecutionRepository } from '../src/tasks/execution.repository.js';
import type { TaskQueue } from '../src/tasks/queue/task-queue.js';

/** How long training takes, where it is not done at once. */
const training = new Map<string, Promise<void>>();
let trained: string[];

jest.unstable_mockModule('../src/training/training-process.js', () => ({
  TrainingNotBegun: class extends Error {},
  TrainingProcessLost: class extends Error {},
  TrainingProcess: class {
    async run({ id }: { id: string }) {
      await training.get(id);
      trained.push(id);
      return { id, runMs: 1, outcome: { metrics: {}, model: {}, warnings: [] } };
    }
    withdrawWaiting() {}
    async close() {}
  },
}));
const { TrainingWorker } = await import('../src/training/training-worker.service.js');

/** Tasks that wait, and how long the answer of a claim is on its way. */
class FakeExecutions {
  readonly due: string[] = [];
  claims = 0;
  readonly finished: string[] = [];
  answer: () => Promise<void> = async () => undefined;

  async claim(_: string, limit: number): Promise<Claim[]> {
    this.claims++;
    const ids = this.due.splice(0, limit);
    await this.answer();
    return ids.map((id) => ({ id, attempt: 1, catalogue: 'wine-quality', input: {} }));
  }

  async finish(outcomes: { id: string }[]) {
    this.finished.push(...outcomes.map(({ id }) => id));
    return outcomes;
  }

  async sayGoodbye(): Promise<void> {}
}

let executions: FakeExecutions;
let worker: InstanceType<typeof TrainingWorker>;
/** How many claims there were when a test began. */
let before: number;

beforeEach(async () => {
  trained = [];
  executions = new FakeExecutions();
  worker = new TrainingWorker(
    readConfig({ WORKER_SLOTS: '2' }),
    executions as unknown as ExecutionRepository,
    { send: async () => undefined } as unknown as TaskQueue,
    { remember: () => undefined, get: () => undefined } as unknown as EndedTasks,
  );
  // From it the worker learns that tasks are short, and claims ahead.
  executions.due.push('short');
  await worker.wake();
  before = executions.claims;
});

afterEach(() => worker.beforeApplicationShutdown());

/** Lets a task take until the function is called that this answers. */
function hold(id: string): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  training.set(id, promise);
  return resolve;
}

it('executes a task that was announced while a claim ahead was on its way back', async () => {
  const end = hold('first');
  const onItsWay = Promise.withResolvers<void>();
  executions.answer = async () => (executions.claims === before + 2 ? onItsWay.promise : undefined);
  executions.due.push('first');
  const slots = [worker.wake()];
  while (executions.claims < before + 2) await turnOfTheLoop();
  executions.due.push('second');
  slots.push(worker.wake());
  end();
  while (!trained.includes('first')) await turnOfTheLoop();
  // Both slots look for more now, and both through the claim that began before the second task was there.
  await turnOfTheLoop();
  onItsWay.resolve();
  await Promise.all(slots);
  expect(trained).toEqual(['short', 'first', 'second']);
});

it('lets an idle slot do what a claim ahead brought while the other one is at work', async () => {
  const end = hold('long');
  executions.answer = async () => {
    // Stored in time for the claim ahead.
    if (executions.claims === before + 1) executions.due.push('other');
  };
  executions.due.push('long');
  const slot = worker.wake();
  while (executions.claims < before + 2) await turnOfTheLoop();
  for (let i = 0; i < 5; i++) await turnOfTheLoop();
  expect(trained).toEqual(['short', 'other']);
  end();
  await slot;
});

it('stores what has ended once nothing is left to train, and does not wait for the next claim', async () => {
  const tasks = Array.from({ length: 30 }, (_, i) => `task ${i}`);
  const end = hold(tasks[0]);
  while (executions.finished.length < 1) await turnOfTheLoop();
  executions.due.push(...tasks);
  const slot = worker.wake();
  while (trained.length < tasks.length) await turnOfTheLoop();
  end();
  for (let i = 0; i < 5; i++) await turnOfTheLoop();
  expect(executions.finished).toEqual(expect.arrayContaining(tasks));
  expect(executions.claims).toBe(before + 1);
  await slot;
});
