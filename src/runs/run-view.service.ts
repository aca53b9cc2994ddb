import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { readTogether } from '../database/read-together.js';
import type { ListPiece } from '../http/list-answer.js';
import { DatasetRepository } from './dataset.repository.js';
import { RunRepository } from './run.repository.js';
import { type RunSummary, type RunView, toRunSummary, toRunView } from './run.schema.js';
import { RunService } from './run.service.js';
import { runPieces } from './run-pieces.js';
import { unknownRun } from './run-refusals.js';

/** Runs as the API shows them, put together from all that is known of each. */
@Injectable()
export class RunViewService {
  readonly #found = readTogether((ids) => this.#read(ids));

  constructor(
    private readonly service: RunService,
    private readonly runs: RunRepository,
    private readonly datasets: DatasetRepository,
  ) {}

  /** Deleted ones, too. @throws AppError NOT_FOUND */
  async one(id: string, baseUrl: string): Promise<z.infer<typeof RunView>> {
    const found = await this.#found(id);
    if (!found) throw unknownRun(id);
    return toRunView(found.run, found.isTask, found.inputs, baseUrl);
  }

  /** In the order of the ids, piece by piece; those that belong to no run are left out. */
  async *pieces(ids: string[], baseUrl: string): AsyncGenerator<ListPiece<z.infer<typeof RunSummary>>> {
    const read = async (part: string[]) => {
      const [runs, tasks] = await Promise.all([this.service.list(part), this.runs.tasksAmong(part)]);
      return { runs, tasks };
    };
    for await (const { runs, tasks, characters } of runPieces([ids], read)) {
      yield { items: runs.map((run) => toRunSummary(run, tasks.has(run.id), baseUrl)), characters };
    }
  }

  async #read(ids: string[]) {
    const [runs, tasks, inputs] = await Promise.all([
      this.service.list(ids),
      this.runs.tasksAmong(ids),
      this.datasets.inputsOf(ids),
    ]);
    return new Map(runs.map((run) => [run.id, { run, isTask: tasks.has(run.id), inputs: inputs.get(run.id) ?? [] }]));
  }
}
