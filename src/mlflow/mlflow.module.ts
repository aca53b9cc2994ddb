import { Module } from '@nestjs/common';
import { ArtifactsModule } from '../artifacts/artifacts.module.js';
import { RunsModule } from '../runs/runs.module.js';
import { ArtifactListController } from './artifact-list.controller.js';
import { ArtifactPageController } from './artifact-page.controller.js';
import { ArtifactProxyController } from './artifact-proxy.controller.js';
import { WireDatasetsController } from './datasets.controller.js';
import { WireExperimentsController } from './experiments.controller.js';
import { WireLoggingController } from './logging.controller.js';
import { WireMetricsController } from './metrics.controller.js';
import { WireRunSearchController } from './run-search.controller.js';
import { WireRunsController } from './runs.controller.js';
import { WireServerController } from './server.controller.js';

/** What programs that log with MLflow call: its wire, translated to the modules below. */
@Module({
  imports: [ArtifactsModule, RunsModule],
  controllers: [
    WireExperimentsController,
    WireDatasetsController,
    WireRunsController,
    WireRunSearchController,
    WireLoggingController,
    WireMetricsController,
    ArtifactListController,
    ArtifactPageController,
    ArtifactProxyController,
    WireServerController,
  ],
})
export class MlflowModule {}
