import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { AppModule } from './app.module.js';
import type { Config } from './config.js';
import type { DatabaseTarget } from './database/database-url.js';
import { ReconcilerService } from './tasks/reconciler.service.js';
import { PostgresConsumer } from './training/postgres-consumer.js';
import { TrainingWorker } from './training/training-worker.service.js';

/** The features and what executes tasks. */
@Module({})
export class WorkerModule {
  static async register(config: Config, target: DatabaseTarget): Promise<DynamicModule> {
    return {
      module: WorkerModule,
      imports: [await AppModule.register(config, target, true)],
      providers: [
        TrainingWorker,
        ReconcilerService,
        config.redisUrl ? await bullProcessor(config.workerSlots) : PostgresConsumer,
      ],
    };
  }
}

/** Loaded, as Bull is, only where there is a Redis. */
async function bullProcessor(slots: number): Promise<Type<unknown>> {
  const { bullProcessorOf } = await import('./training/bull-processor.js');
  return bullProcessorOf(slots);
}
