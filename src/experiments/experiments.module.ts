import { MikroOrmModule } from '@mikro-orm/nestjs';
import { Module } from '@nestjs/common';
import { Experiment } from './experiment.entity.js';
import { ExperimentService } from './experiment.service.js';
import { ExperimentSearchRepository } from './experiment-search.repository.js';

@Module({
  imports: [MikroOrmModule.forFeature([Experiment])],
  providers: [ExperimentService, ExperimentSearchRepository],
  exports: [ExperimentService, ExperimentSearchRepository, MikroOrmModule],
})
export class ExperimentsModule {}
