import { BullModule } from '@nestjs/bull';
import { type DynamicModule, Module } from '@nestjs/common';
import { BullQueue } from './bull-queue.js';
import { redisOptions } from './redis-options.js';
import { QUEUE_NAME, TaskQueue } from './task-queue.js';

/** A lock that is renewed every 10 s and taken away after 30; stalls cost nothing, since the row decides who executes. */
const BULL_SETTINGS = {
  lockDuration: 30_000,
  lockRenewTime: 10_000,
  stalledInterval: 5_000,
  maxStalledCount: 1_000_000,
};

/** The queue on Redis. Loaded only where there is one: a quarter of all that a server loads would be Bull's. */
@Module({ providers: [BullQueue, { provide: TaskQueue, useExisting: BullQueue }], exports: [BullQueue, TaskQueue] })
export class BullQueueModule {
  static register(url: string): DynamicModule {
    return {
      module: BullQueueModule,
      imports: [
        BullModule.forRoot({ redis: redisOptions(url), prefix: 'cellar', settings: BULL_SETTINGS }),
        BullModule.registerQueue({ name: QUEUE_NAME }),
      ],
      exports: [BullModule],
    };
  }
}
