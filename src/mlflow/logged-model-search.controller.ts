import { createHash } from 'node:crypto';
import { Header } from '@nestjs/common';
import { JSON_TYPE, listAnswer } from '../http/list-answer.js';
import { LoggedModelService } from '../models/logged-model.service.js';
import type { DatasetChoice } from '../models/logged-model-comparison.js';
import { LoggedModelSearchRepository } from '../models/logged-model-search.repository.js';
import { LOGGED_MODEL_TARGET } from '../models/logged-model-target.js';
import { modelOrderOf } from './logged-model-order.js';
import { experimentIdOf } from './wire-experiment.js';
import { Fields, type WireFields } from './wire-fields.js';
import { MOST } from './wire-limits.js';
import { wireModel } from './wire-model.js';
import { FoundModels, ModelSearch } from './wire-model.schema.js';
import { decodeToken, encodeToken, pageSize } from './wire-page.js';
import { WireController, WireRoute } from './wire-route.js';
import { filterOf } from './wire-search.js';

const DEFAULT_RESULTS = 50;

/** Where a page ended, and a digest of the question: another one can not be continued with it. */
interface Token {
  of: string;
  values: (string | null)[];
}

/** The search of logged models on the wire. */
@WireController('logged-models')
export class WireLoggedModelSearchController {
  constructor(
    private readonly searches: LoggedModelSearchRepository,
    private readonly models: LoggedModelService,
  ) {}

  @Header('content-type', JSON_TYPE)
  @WireRoute('POST', 'search', { summary: 'Search logged models', body: ModelSearch, answer: FoundModels, errors: [] })
  async search(@Fields() fields: WireFields) {
    const experiments = fields.strings('experiment_ids');
    if (fields.value('experiment_ids') === undefined) throw fields.missing('experiment_ids');
    const of = digestOf(fields);
    const { ids, next } = await this.searches.page({
      experimentIds: [...new Set(experiments.map(experimentIdOf))],
      filter: filterOf(fields, LOGGED_MODEL_TARGET),
      datasets: fields.messages('datasets').map(datasetOf),
      order: modelOrderOf(fields),
      // Only here 0 is no mistake, and as good as none.
      limit: pageSize(fields.integer('max_results') || undefined, MOST.results, DEFAULT_RESULTS),
      after: decodeToken(fields.string('page_token'), (value) => isTokenOf(value, of))?.values,
    });
    if (ids.length === 0) return {};
    const token = next && encodeToken({ of, values: next } satisfies Token);
    return listAnswer('models', this.#pieces(ids), { next_page_token: token });
  }

  async *#pieces(ids: string[]) {
    for await (const { models, characters } of this.models.pieces(ids)) {
      yield { items: models.map(wireModel), characters };
    }
  }
}

function datasetOf(fields: WireFields): DatasetChoice {
  return { name: fields.requiredString('dataset_name'), digest: fields.string('dataset_digest') || undefined };
}

function digestOf(fields: WireFields): string {
  const question = ['experiment_ids', 'filter', 'datasets', 'order_by'].map((name) => fields.value(name) ?? null);
  return createHash('sha256').update(JSON.stringify(question)).digest('base64url').slice(0, 16);
}

function isTokenOf(value: unknown, question: string): value is Token {
  if (typeof value !== 'object' || value === null) return false;
  const { of, values } = value as Partial<Token>;
  return of === question && Array.isArray(values) && values.every((one) => one === null || typeof one === 'string');
}
