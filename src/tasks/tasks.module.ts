import { MikroOrmModule } from '@mikro-orm/nestjs';
import { BullModule } from '@nestjs/bull';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from '../config.js';
import { RunsModule } from '../runs/runs.module.js';
import { CatalogueNames } from './catalogue-names.js';
import { EndedTasks } from './ended-tasks.js';
import { ExecutionRepository } from './execution.repository.js';
import { BullQueue } from './queue/bull-queue.js';
import { PostgresQueue } from './queue/postgres-queue.js';
import { QUEUE_NAME, TaskQueue } from './queue/task-queue.js';
import { Task } from './task.entity.js';
import { TaskService } from './task.service.js';
import { TasksController } from './tasks.controller.js';

/** A lock that is renewed every 10 s and taken away after 30; stalls cost nothing, since the row decides who executes. */
const BULL_SETTINGS = {
  lockDuration: 30_000,
  lockRenewTime: 10_000,
  stalledInterval: 5_000,
  maxStalledCount: 1_000_000,
};

/** Tasks and the queue that carries their wake-ups. */
@Module({})
export class TasksModule {
  /** @param names of the experiments that have tasks */
  static register(config: Config, names: readonly string[]): DynamicModule {
    const queue = config.redisUrl ? BullQueue : PostgresQueue;
    return {
      module: TasksModule,
      imports: [
        RunsModule,
        MikroOrmModule.forFeature([Task]),
        ...(config.redisUrl
          ? [
              BullModule.forRoot({ url: config.redisUrl, prefix: 'cellar', settings: BULL_SETTINGS }),
              BullModule.registerQueue({ name: QUEUE_NAME }),
            ]
          : []),
      ],
      controllers: [TasksController],
      providers: [
        { provide: CatalogueNames, useValue: new CatalogueNames(names) },
        TaskService,
        EndedTasks,
        ExecutionRepository,
        queue,
        { provide: TaskQueue, useExisting: queue },
      ],
      exports: [
        CatalogueNames,
        TaskService,
        EndedTasks,
        ExecutionRepository,
        queue,
        TaskQueue,
        MikroOrmModule,
        ...(config.redisUrl ? [BullModule] : []),
      ],
    };
  }
}
