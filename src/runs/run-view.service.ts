import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { DatasetRepository } from './dataset.repository.js';
import { RunRepository } from './run.repository.js';
import { type RunSummary, type RunView, toRunSummary, toRunView } from './run.schema.js';
import { RunService } from './run.service.js';

/** Runs as the API shows them, put together from all that is known of each. */
@Injectable()
export class RunViewService {
  constructor(
    private readonly service: RunService,
    private readonly runs: RunRepository,
    private readonly datasets: DatasetRepository,
  ) {}

  /** Deleted ones, too. @throws AppError NOT_FOUND */
  async one(id: string, baseUrl: string): Promise<z.infer<typeof RunView>> {
    const [run, tasks, inputs] = await Promise.all([
      this.service.get(id),
      this.runs.tasksAmong([id]),
      this.datasets.inputsOf([id]),
    ]);
    return toRunView(run, tasks.has(id), inputs.get(id) ?? [], baseUrl);
  }

  /** In the order of the ids; those that belong to no run are left out. */
  async list(ids: string[], baseUrl: string): Promise<z.infer<typeof RunSummary>[]> {
    const [runs, tasks] = await Promise.all([this.service.list(ids), this.runs.tasksAmong(ids)]);
    return runs.map((run) => toRunSummary(run, tasks.has(run.id), baseUrl));
  }
}
