import { Module } from '@nestjs/common';
import { RunsModule } from '../runs/runs.module.js';
import { LoggedModelRepository } from './logged-model.repository.js';
import { LoggedModelService } from './logged-model.service.js';
import { LoggedModelSearchRepository } from './logged-model-search.repository.js';
import { ModelHistoryService } from './model-history.service.js';
import { ModelLogService } from './model-log.service.js';
import { ModelPurgeRepository } from './model-purge.repository.js';
import { ModelPurgeService } from './model-purge.service.js';
import { RunModelRepository } from './run-model.repository.js';

/** Logged models, and what runs have to do with them. */
@Module({
  imports: [RunsModule],
  providers: [
    LoggedModelRepository,
    LoggedModelSearchRepository,
    LoggedModelService,
    ModelHistoryService,
    ModelLogService,
    ModelPurgeRepository,
    ModelPurgeService,
    RunModelRepository,
  ],
  exports: [LoggedModelSearchRepository, LoggedModelService, ModelHistoryService, ModelLogService, RunModelRepository],
})
export class ModelsModule {}
