import { Module } from '@nestjs/common';
import { ArtifactsModule } from '../artifacts/artifacts.module.js';
import { ArtifactListController } from './artifact-list.controller.js';
import { ArtifactProxyController } from './artifact-proxy.controller.js';

/** What programs that log with MLflow call. */
@Module({
  imports: [ArtifactsModule],
  controllers: [ArtifactListController, ArtifactProxyController],
})
export class MlflowModule {}
