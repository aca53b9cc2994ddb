import { Injectable } from '@nestjs/common';
import { type LogEntry, RunLogService } from '../runs/run-log.service.js';
import { LoggedModelRepository, type NewModelMetric } from './logged-model.repository.js';
import { unknownModel } from './model-refusals.js';

/** A metric of a run that is a measurement of a model as well. */
export type ModelMetric = Omit<NewModelMetric, 'runId'>;

/** Appends to runs what may belong to models too. */
@Injectable()
export class ModelLogService {
  constructor(
    private readonly runs: RunLogService,
    private readonly models: LoggedModelRepository,
  ) {}

  /**
   * Resolves once the entry is durable, in the run and in its models. The same entry twice changes nothing.
   * @param measured those of the entry's metrics that belong to models
   * A deleted model takes measurements, or a program that still runs would lose those of its run as well.
   * @throws AppError as {@link RunLogService.append} does, and NOT_FOUND for a model that is not there
   */
  async append(entry: LogEntry, measured: ModelMetric[] = []): Promise<void> {
    if (measured.length === 0) return this.runs.append(entry);
    const ids = [...new Set(measured.map(({ modelId }) => modelId))];
    const known = await this.models.known(ids);
    for (const id of ids) if (!known.has(id)) throw unknownModel(id);
    await this.runs.append(entry);
    // A failure between the two leaves the run ahead of its models until the client, which gets an error, tries again.
    await this.models.addMetrics(measured.map((metric) => ({ ...metric, runId: entry.runId })));
  }
}
