import { Module } from '@nestjs/common';
import { ArtifactsModule } from '../artifacts/artifacts.module.js';
import { ModelsModule } from '../models/models.module.js';
import { RunsModule } from '../runs/runs.module.js';
import { ArtifactListController } from './artifact-list.controller.js';
import { ArtifactPageController } from './artifact-page.controller.js';
import { ArtifactProxyController } from './artifact-proxy.controller.js';
import { WireExperimentDatasetsController } from './experiment-datasets.controller.js';
import { WireExperimentsController } from './experiments.controller.js';
import { LoggedModelFilesController } from './logged-model-files.controller.js';
import { WireLoggedModelSearchController } from './logged-model-search.controller.js';
import { WireLoggedModelsController } from './logged-models.controller.js';
import { WireLoggingController } from './logging.controller.js';
import { WireMetricsController } from './metrics.controller.js';
import { WireRunModelsController } from './run-models.controller.js';
import { WireRunSearchController } from './run-search.controller.js';
import { WireRunsController } from './runs.controller.js';
import { WireServerController } from './server.controller.js';

/** What programs that log with MLflow call: its wire, translated to the modules below. */
@Module({
  imports: [ArtifactsModule, ModelsModule, RunsModule],
  controllers: [
    WireExperimentsController,
    WireExperimentDatasetsController,
    WireRunsController,
    WireRunSearchController,
    WireLoggingController,
    WireMetricsController,
    WireRunModelsController,
    WireLoggedModelsController,
    WireLoggedModelSearchController,
    LoggedModelFilesController,
    ArtifactListController,
    ArtifactPageController,
    ArtifactProxyController,
    WireServerController,
  ],
})
export class MlflowModule {}
