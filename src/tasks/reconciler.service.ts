import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { ExecutionRepository } from './execution.repository.js';
import { TaskQueue } from './queue/task-queue.js';
import { TaskRepository } from './task.repository.js';

const INTERVAL_MS = 5_000;

/** One pass in this many also forgets what is too old: every ten minutes. */
const CLEANING_EVERY = 120;

/** Brings back what got lost between a commit and a worker: silent workers' tasks, and messages that never arrived. */
@Injectable()
export class ReconcilerService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #log = new Logger('reconciler');
  #timer?: NodeJS.Timeout;
  #pass: Promise<void> = Promise.resolve();
  #passes = 0;

  constructor(
    private readonly executions: ExecutionRepository,
    private readonly tasks: TaskRepository,
    private readonly queue: TaskQueue,
  ) {}

  onApplicationBootstrap(): void {
    const tick = () => {
      this.#pass = this.#reconcile();
    };
    tick();
    this.#timer = setInterval(tick, INTERVAL_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#pass;
  }

  async #reconcile(): Promise<void> {
    try {
      const ids = await this.executions.reconcile();
      if (this.#passes++ % CLEANING_EVERY === 0) await this.tasks.forgetOld();
      if (ids.length === 0) return;
      // Takes as long as anything waits to be sent, also by others.
      await this.queue.send(ids);
      this.#log.log(`announced ${ids.length} waiting tasks again`);
    } catch (error) {
      this.#log.warn(
        `could not look for lost tasks, trying again in ${INTERVAL_MS / 1000} s: ${(error as Error).message}`,
      );
    }
  }
}
