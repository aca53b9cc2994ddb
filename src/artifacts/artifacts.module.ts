import { Module } from '@nestjs/common';
import { RunsModule } from '../runs/runs.module.js';
import { ArtifactRepository } from './artifact.repository.js';
import { ArtifactService } from './artifact.service.js';
import { ArtifactSources } from './artifact-sources.js';
import { ArtifactStore } from './artifact-store.js';
import { ArtifactsController } from './artifacts.controller.js';

/** Files of runs. */
@Module({
  imports: [RunsModule],
  controllers: [ArtifactsController],
  providers: [ArtifactStore, ArtifactSources, ArtifactRepository, ArtifactService],
  exports: [ArtifactStore, ArtifactSources, ArtifactService],
})
export class ArtifactsModule {}
