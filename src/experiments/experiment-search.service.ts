import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { decodeSearchCursor, encodeSearchCursor } from '../http/paging.js';
import { readSearch } from '../search/search-text.js';
import type { ExperimentRecord } from './experiment.repository.js';
import { type ExperimentsQuery, experimentSearchKey } from './experiment.schema.js';
import { ExperimentService } from './experiment.service.js';
import { ExperimentSearchRepository } from './experiment-search.repository.js';
import { EXPERIMENT_TARGET } from './experiment-target.js';

const Position = z
  .array(z.union([z.string(), z.number(), z.null()]))
  .transform((values) => values.map((value) => (value === null ? null : String(value))));

/** Finds experiments for people: pages with cursors, and refusals that name the place in a filter. */
@Injectable()
export class ExperimentSearchService {
  constructor(
    private readonly searches: ExperimentSearchRepository,
    private readonly experiments: ExperimentService,
  ) {}

  /** @throws AppError INVALID_INPUT for a filter, an order or a cursor that does not fit */
  async page(
    query: z.infer<typeof ExperimentsQuery>,
  ): Promise<{ records: ExperimentRecord[]; nextCursor: string | null }> {
    const key = experimentSearchKey(query);
    const after = decodeSearchCursor(query.cursor, key, Position);
    const search = readSearch({ filter: query.filter, order: query.order_by }, EXPERIMENT_TARGET);
    const named =
      query.name === undefined
        ? []
        : [{ kind: 'text', entity: 'attribute', key: 'name', operator: '=', value: query.name } as const];
    const parts = [...named, ...(search.filter ? [search.filter] : [])];
    const { ids, next } = await this.searches.page({
      // Without a name and a filter everything matches; an AND of nothing is no condition.
      filter: parts.length > 0 ? { kind: 'and', parts } : undefined,
      order: search.order,
      lifecycle: query.lifecycle,
      limit: query.limit,
      after,
    });
    return {
      records: await this.experiments.list(ids),
      nextCursor: next ? encodeSearchCursor(key, next) : null,
    };
  }
}
