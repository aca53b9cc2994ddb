import { Module } from '@nestjs/common';
import { Cohort } from '../database/cohort.js';
import { ExperimentsModule } from '../experiments/experiments.module.js';
import { BulkController } from './bulk.controller.js';
import { BulkService } from './bulk.service.js';
import { CurveService } from './curve.service.js';
import { DatasetRepository } from './dataset.repository.js';
import { ExperimentRemovalController } from './experiment-removal.controller.js';
import { HistoryController } from './history.controller.js';
import { HistoryRepository } from './history.repository.js';
import { HistoryService } from './history.service.js';
import { KeyRepository } from './key.repository.js';
import { KeyService } from './key.service.js';
import { KeysController } from './keys.controller.js';
import { PurgeRepository } from './purge.repository.js';
import { PurgeService } from './purge.service.js';
import { PurgeHooks } from './purge-hooks.js';
import { RemovalController } from './removal.controller.js';
import { RunRepository } from './run.repository.js';
import { RunService } from './run.service.js';
import { RunChangeService } from './run-change.service.js';
import { RunExportController } from './run-export.controller.js';
import { RunExportService } from './run-export.service.js';
import { RunLogRepository } from './run-log.repository.js';
import { RunLogService } from './run-log.service.js';
import { RunSearchController } from './run-search.controller.js';
import { RunSearchRepository } from './run-search.repository.js';
import { RunSearchService } from './run-search.service.js';
import { RunViewService } from './run-view.service.js';
import { RunsController } from './runs.controller.js';
import { SeriesCache } from './series-cache.js';
import { SeriesMergeRepository } from './series-merge.repository.js';
import { SeriesMerger } from './series-merger.service.js';

@Module({
  imports: [ExperimentsModule],
  controllers: [
    RunSearchController,
    RunExportController,
    BulkController,
    RunsController,
    RemovalController,
    ExperimentRemovalController,
    HistoryController,
    KeysController,
  ],
  providers: [
    RunChangeService,
    RunExportService,
    BulkService,
    PurgeHooks,
    PurgeRepository,
    PurgeService,
    SeriesMergeRepository,
    SeriesMerger,
    CurveService,
    KeyRepository,
    KeyService,
    RunViewService,
    RunSearchService,
    RunRepository,
    DatasetRepository,
    RunLogRepository,
    // The clients that write runs, whatever they write.
    Cohort,
    RunService,
    RunLogService,
    HistoryRepository,
    HistoryService,
    SeriesCache,
    RunSearchRepository,
  ],
  exports: [
    PurgeHooks,
    ExperimentsModule,
    DatasetRepository,
    RunService,
    RunLogRepository,
    RunLogService,
    HistoryService,
    RunSearchRepository,
  ],
})
export class RunsModule {}
