import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { PostgresQueue } from '../tasks/queue/postgres-queue.js';
import { TrainingWorker } from './training-worker.service.js';

/** Hears PostgreSQL's notifications. */
@Injectable()
export class PostgresConsumer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #unsubscribe?: () => Promise<void>;

  constructor(
    private readonly queue: PostgresQueue,
    private readonly worker: TrainingWorker,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.#unsubscribe = await this.queue.subscribe(() => this.worker.wakeAll());
    this.worker.wakeAll();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#unsubscribe?.();
  }
}
