import { MikroOrmModule } from '@mikro-orm/nestjs';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from '../config.js';
import { RunsModule } from '../runs/runs.module.js';
import { CatalogueNames } from './catalogue-names.js';
import { EndedTasks } from './ended-tasks.js';
import { ExecutionRepository } from './execution.repository.js';
import { PostgresQueueModule } from './queue/postgres-queue.module.js';
import { Task } from './task.entity.js';
import { TaskService } from './task.service.js';
import { TasksController } from './tasks.controller.js';

/** Tasks and the queue that carries their wake-ups. */
@Module({})
export class TasksModule {
  /** @param names of the experiments that have tasks */
  static async register({ redisUrl }: Config, names: readonly string[]): Promise<DynamicModule> {
    const queue = redisUrl ? await bullQueue(redisUrl) : PostgresQueueModule;
    return {
      module: TasksModule,
      imports: [RunsModule, MikroOrmModule.forFeature([Task]), queue],
      controllers: [TasksController],
      providers: [
        { provide: CatalogueNames, useValue: new CatalogueNames(names) },
        TaskService,
        EndedTasks,
        ExecutionRepository,
      ],
      exports: [CatalogueNames, TaskService, EndedTasks, ExecutionRepository, MikroOrmModule, queue],
    };
  }
}

async function bullQueue(redisUrl: string): Promise<DynamicModule> {
  const { BullQueueModule } = await import('./queue/bull-queue.module.js');
  return BullQueueModule.register(redisUrl);
}
