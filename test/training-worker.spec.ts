import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { readConfig } from '../src/config.js';
import type { EndedTasks } from '../src/tasks/ended-tasks.js';
import type { Claim, ExecutionRepository } from '../src/tasks/execution.repository.js';
import type { TaskQueue } from '../src/tasks/queue/task-queue.js';

let training: Promise<void>;
const trained: string[] = [];

jest.unstable_mockModule('../src/training/training-process.js', () => ({
  TrainingNotBegun: class extends Error {},
  TrainingProcessLost: class extends Error {},
  TrainingProcess: class {
    async run({ id }: { id: string }) {
      await training;
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
  answer: () => Promise<void> = async () => undefined;

  async claim(_: string, limit: number): Promise<Claim[]> {
    this.claims++;
    const ids = this.due.splice(0, limit);
    await this.answer();
    return ids.map((id) => ({ id, attempt: 1, catalogue: 'wine-quality', input: {} }));
  }

  async finish(outcomes: { id: string }[]) {
    return outcomes;
  }

  async sayGoodbye(): Promise<void> {}
}

it('executes a task that was announced while a claim ahead was on its way back', async () => {
  const executions = new FakeExecutions();
  const worker = new TrainingWorker(
    readConfig({ WORKER_SLOTS: '2' }),
    executions as unknown as ExecutionRepository,
    { send: async () => undefined } as unknown as TaskQueue,
    { remember: () => undefined, get: () => undefined } as unknown as EndedTasks,
  );
  // From it the worker learns that tasks are short, and claims ahead.
  training = Promise.resolve();
  executions.due.push('short');
  await worker.wake();

  const held = Promise.withResolvers<void>();
  const onItsWay = Promise.withResolvers<void>();
  training = held.promise;
  const before = executions.claims;
  executions.answer = async () => (executions.claims === before + 2 ? onItsWay.promise : undefined);
  executions.due.push('first');
  const slots = [worker.wake()];
  while (executions.claims < before + 2) await turnOfTheLoop();
  executions.due.push('second');
  slots.push(worker.wake());
  held.resolve();
  while (!trained.includes('first')) await turnOfTheLoop();
  // Both slots look for more now, and both through the claim that began before the second task was there.
  await turnOfTheLoop();
  onItsWay.resolve();
  await Promise.all(slots);
  expect(trained).toEqual(['short', 'first', 'second']);
  await worker.beforeApplicationShutdown();
});
