import { MikroOrmModule } from '@mikro-orm/nestjs';
import { type DynamicModule, Module } from '@nestjs/common';
import { ArtifactsModule } from '../artifacts/artifacts.module.js';
import { Experiment } from '../experiments/experiment.entity.js';
import { RunsModule } from '../runs/runs.module.js';
import { CATALOGUE } from './catalogue/catalogue.js';
import { CatalogueController } from './catalogue.controller.js';
import { CatalogueService } from './catalogue.service.js';
import { experimentControllerOf } from './experiment.controller.js';
import { ModelFileService } from './model-file.service.js';
import { ResultRepository } from './result.repository.js';

/** The catalogue and its routes. What executes tasks is provided by the worker module only. */
@Module({})
export class TrainingModule {
  /** @param tasks the tasks module as it is registered in this process */
  static register(tasks: DynamicModule): DynamicModule {
    return {
      module: TrainingModule,
      imports: [tasks, ArtifactsModule, RunsModule, MikroOrmModule.forFeature([Experiment])],
      controllers: [...[...CATALOGUE.values()].map(experimentControllerOf), CatalogueController],
      providers: [CatalogueService, ModelFileService, ResultRepository],
    };
  }
}
