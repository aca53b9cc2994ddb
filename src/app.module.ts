import { MikroOrmModule } from '@mikro-orm/nestjs';
import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import { type DynamicModule, Module } from '@nestjs/common';
import { ArtifactsModule } from './artifacts/artifacts.module.js';
import { CONFIG, type Config } from './config.js';
import type { DatabaseTarget } from './database/database-url.js';
import { ExperimentsModule } from './experiments/experiments.module.js';
import { HealthModule } from './health/health.module.js';
import { MlflowModule } from './mlflow/mlflow.module.js';
import { ormOptions } from './orm.js';
import { RunsModule } from './runs/runs.module.js';
import { TasksModule } from './tasks/tasks.module.js';
import { CATALOGUE } from './training/catalogue/catalogue.js';
import { TrainingModule } from './training/training.module.js';

@Module({})
class ConfigModule {}

/** The features: everything that answers requests, nothing that executes tasks. */
@Module({})
export class AppModule {
  static async register(config: Config, target: DatabaseTarget, runsWorker = false): Promise<DynamicModule> {
    const tasks = await TasksModule.register(config, [...CATALOGUE.keys()]);
    return {
      module: AppModule,
      imports: [
        { module: ConfigModule, global: true, providers: [{ provide: CONFIG, useValue: config }], exports: [CONFIG] },
        MikroOrmModule.forRoot({ ...ormOptions(target), driver: PostgreSqlDriver, registerRequestContext: false }),
        tasks,
        // In the order of the documentation.
        TrainingModule.register(tasks),
        ExperimentsModule,
        RunsModule,
        ArtifactsModule,
        HealthModule.register(tasks, runsWorker),
        MlflowModule,
      ],
      exports: [tasks],
    };
  }
}
