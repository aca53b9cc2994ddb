import { type DynamicModule, Module } from '@nestjs/common';
import { AppModule } from './app.module.js';
import type { Config } from './config.js';
import type { DatabaseTarget } from './orm.js';
import { ReconcilerService } from './tasks/reconciler.service.js';
import { bullProcessorOf } from './training/bull-processor.js';
import { PostgresConsumer } from './training/postgres-consumer.js';
import { TrainingWorker } from './training/training-worker.service.js';

/** The features and what executes tasks. */
@Module({})
export class WorkerModule {
  static register(config: Config, target: DatabaseTarget): DynamicModule {
    return {
      module: WorkerModule,
      imports: [AppModule.register(config, target, true)],
      providers: [
        TrainingWorker,
        ReconcilerService,
        config.redisUrl ? bullProcessorOf(config.workerSlots) : PostgresConsumer,
      ],
    };
  }
}
