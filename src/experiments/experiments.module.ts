import { MikroOrmModule } from '@mikro-orm/nestjs';
import { Module } from '@nestjs/common';
import { Experiment } from './experiment.entity.js';
import { ExperimentService } from './experiment.service.js';

@Module({
  imports: [MikroOrmModule.forFeature([Experiment])],
  providers: [ExperimentService],
  exports: [ExperimentService, MikroOrmModule],
})
export class ExperimentsModule {}
