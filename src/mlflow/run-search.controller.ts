import { Header } from '@nestjs/common';
import { JSON_TYPE, listAnswer } from '../http/list-answer.js';
import { RunModelRepository } from '../models/run-model.repository.js';
import { DatasetRepository } from '../runs/dataset.repository.js';
import { RunService } from '../runs/run.service.js';
import { runPieces } from '../runs/run-pieces.js';
import { type RunCursor, RunSearchRepository } from '../runs/run-search.repository.js';
import { RUN_TARGET } from '../runs/run-target.js';
import { experimentIdOf } from './wire-experiment.js';
import { Fields, type WireFields } from './wire-fields.js';
import { MOST } from './wire-limits.js';
import { wireModelOutputs } from './wire-model.js';
import { decodeToken, encodeToken, lifecycleOf, pageSize } from './wire-page.js';
import { WireController, WireRoute } from './wire-route.js';
import { listOf, wireDatasetInput, wireRunData, wireRunInfo } from './wire-run.js';
import { FoundRuns, RunSearch } from './wire-run.schema.js';
import { searchOf } from './wire-search.js';

const DEFAULT_RESULTS = 1_000;

/** The search of runs on the wire. */
@WireController('runs')
export class WireRunSearchController {
  constructor(
    private readonly searches: RunSearchRepository,
    private readonly runs: RunService,
    private readonly datasets: DatasetRepository,
    private readonly models: RunModelRepository,
  ) {}

  @Header('content-type', JSON_TYPE)
  @WireRoute('POST', 'search', { summary: 'Search runs', body: RunSearch, answer: FoundRuns, errors: [] })
  async search(@Fields() fields: WireFields) {
    const { ids, next } = await this.searches.page({
      experimentIds: [...new Set(fields.strings('experiment_ids').map(experimentIdOf))],
      limit: pageSize(fields.integer('max_results'), MOST.results, DEFAULT_RESULTS),
      lifecycle: lifecycleOf(fields.value('run_view_type')),
      after: decodeToken(fields.string('page_token'), isCursor),
      ...searchOf(fields, RUN_TARGET),
    });
    if (ids.length === 0) return {};
    return listAnswer('runs', this.#pieces(ids), { next_page_token: next && encodeToken(next) });
  }

  async *#pieces(found: string[]) {
    const read = async (ids: string[]) => {
      const [runs, inputs, models] = await Promise.all([
        this.runs.list(ids),
        this.datasets.inputsOf(ids),
        this.models.modelsOf(ids),
      ]);
      return { runs, inputs, models };
    };
    for await (const { runs, inputs, models, characters } of runPieces([found], read)) {
      const items = runs.map((run) => ({
        info: wireRunInfo(run),
        data: wireRunData(run),
        inputs: { dataset_inputs: listOf((inputs.get(run.id) ?? []).map(wireDatasetInput)) },
        outputs: wireModelOutputs(models.get(run.id)),
      }));
      yield { items, characters };
    }
  }
}

function isCursor(value: unknown): value is RunCursor {
  if (typeof value !== 'object' || value === null) return false;
  const { segment, values } = value as Partial<RunCursor>;
  return (
    Number.isInteger(segment) && Array.isArray(values) && values.every((one) => one === null || typeof one === 'string')
  );
}
