import { MikroOrmModule } from '@mikro-orm/nestjs';
import { Module } from '@nestjs/common';
import { Experiment } from './experiment.entity.js';
import { ExperimentService } from './experiment.service.js';
import { ExperimentSearchRepository } from './experiment-search.repository.js';
import { ExperimentSearchService } from './experiment-search.service.js';
import { ExperimentsController } from './experiments.controller.js';
import { KeptExperiments } from './kept-experiments.js';

@Module({
  imports: [MikroOrmModule.forFeature([Experiment])],
  controllers: [ExperimentsController],
  providers: [KeptExperiments, ExperimentService, ExperimentSearchService, ExperimentSearchRepository],
  exports: [KeptExperiments, ExperimentService, ExperimentSearchRepository, MikroOrmModule],
})
export class ExperimentsModule {}
