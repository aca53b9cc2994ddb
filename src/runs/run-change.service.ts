import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { ExperimentService } from '../experiments/experiment.service.js';
import { NewMetrics } from './new-metrics.js';
import type { RunStatus } from './run.entity.js';
import { type ChangeRun, type CreateRun, NOTE_TAG } from './run.schema.js';
import { RunService } from './run.service.js';
import type { LogBody } from './run-log.schema.js';
import { RunLogService } from './run-log.service.js';

const ENDED: readonly (string | undefined)[] = ['FINISHED', 'FAILED', 'KILLED'];

/** What the API writes to runs, in terms of the services below. */
@Injectable()
export class RunChangeService {
  constructor(
    private readonly runs: RunService,
    private readonly log: RunLogService,
    private readonly experiments: ExperimentService,
  ) {}

  /** @returns the id of the new run @throws AppError NOT_FOUND, NOT_ACTIVE where the experiment is not there or is deleted */
  async create(body: z.infer<typeof CreateRun>): Promise<string> {
    const run = await this.runs.create({
      experimentId: body.experiment_id ?? (await this.experiments.byName(body.experiment ?? '')).id,
      name: body.name,
      userName: body.user,
      startTime: body.start_time ?? Date.now(),
      parameters: body.parameters,
      tags: body.tags,
    });
    return run.id;
  }

  /** All of it or nothing. @throws AppError NOT_FOUND, NOT_ACTIVE */
  async change(id: string, { status, end_time, name, tags, note }: z.infer<typeof ChangeRun>): Promise<void> {
    const endTime = end_time ?? (ENDED.includes(status) ? await this.#endOf(id, status) : undefined);
    await this.runs.update({
      id,
      status,
      endTime,
      reopens: status !== undefined && endTime === undefined ? true : undefined,
      name,
      tags: { ...tags, ...(note !== undefined && { [NOTE_TAG]: note }) },
    });
  }

  /** Now, unless it has ended so already: told again, it has not ended again. */
  async #endOf(id: string, status: RunStatus | undefined): Promise<number> {
    const run = await this.runs.get(id);
    return (run.status === status && run.endTime) || Date.now();
  }

  /** All of the body, or nothing. @throws AppError NOT_FOUND, NOT_ACTIVE, PARAMETER_CHANGED */
  async append(runId: string, { metrics, parameters, tags }: z.infer<typeof LogBody>) {
    const now = Date.now();
    await this.log.append({
      runId,
      metrics: NewMetrics.of(
        metrics.map(({ key, value, step, timestamp = now }) => ({ key, value: Number(value), step, timestamp })),
      ),
      parameters: Object.entries(parameters),
      tags: Object.entries(tags),
    });
    return {
      points: metrics.length,
      parameters: Object.keys(parameters).length,
      tags: Object.keys(tags).length,
    };
  }
}
