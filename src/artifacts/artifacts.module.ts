import { Module } from '@nestjs/common';
import { RunsModule } from '../runs/runs.module.js';
import { ArtifactRepository } from './artifact.repository.js';
import { ArtifactService } from './artifact.service.js';
import { ArtifactStore } from './artifact-store.js';
import { ArtifactsController } from './artifacts.controller.js';

/** Files of runs. */
@Module({
  imports: [RunsModule],
  controllers: [ArtifactsController],
  providers: [ArtifactStore, ArtifactRepository, ArtifactService],
  exports: [ArtifactStore, ArtifactService],
})
export class ArtifactsModule {}
