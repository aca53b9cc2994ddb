import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AppError } from '../errors.js';
import { ExperimentService } from '../experiments/experiment.service.js';
import { decodeSearchCursor, encodeSearchCursor } from '../http/paging.js';
import { readSearch } from '../search/search-text.js';
import { type RunCursor, type RunSearch, RunSearchRepository } from './run-search.repository.js';
import { type RunQuery, runSearchKey } from './run-search.schema.js';
import { RUN_TARGET } from './run-target.js';

/** Matches are counted no further. */
const COUNT_LIMIT = 100_000;

const Position = z
  .array(z.union([z.string(), z.number(), z.null()]))
  .transform(([segment, ...values]) => ({ segment, values }))
  .pipe(z.object({ segment: z.number().int().min(0), values: z.array(z.string().nullable()) }));

/** A search that is understood: everything but where to begin and how far to read. */
export type UnderstoodSearch = Omit<RunSearch, 'limit' | 'after'>;

/** Finds runs for people: pages with cursors, a count, and refusals that name the place in a filter. */
@Injectable()
export class RunSearchService {
  constructor(
    private readonly searches: RunSearchRepository,
    private readonly experiments: ExperimentService,
  ) {}

  /** @throws AppError INVALID_INPUT, NOT_FOUND where an experiment does not exist */
  async understood(query: RunQuery): Promise<UnderstoodSearch> {
    const search = readSearch({ filter: query.filter, order: query.order_by }, RUN_TARGET);
    const experimentIds = await this.experiments.idsOf(query.experiment_ids, query.experiments);
    return { ...search, experimentIds, lifecycle: query.lifecycle };
  }

  /**
   * One page of ids, and how many runs match in all.
   * @throws AppError INVALID_INPUT, also for a cursor of another search; NOT_FOUND where an experiment does not exist
   */
  async page(query: RunQuery & { limit: number; cursor?: string }) {
    const key = runSearchKey(query);
    const after = decodeSearchCursor(query.cursor, key, Position);
    const search = await this.understood(query);
    const [{ ids, next }, count] = await Promise.all([
      this.searches.page({ ...search, limit: query.limit, after }),
      this.#count(search),
    ]);
    return {
      ids,
      nextCursor: next ? encodeSearchCursor(key, [next.segment, ...next.values]) : null,
      matches:
        count === undefined
          ? { count: ids.length, exact: false }
          : { count: Math.min(count, COUNT_LIMIT), exact: count <= COUNT_LIMIT },
    };
  }

  /** The ids of all runs that match, as many at a time as `size` says. */
  async *pages(search: UnderstoodSearch, size: number): AsyncGenerator<string[]> {
    for (let after: RunCursor | undefined; ; ) {
      const { ids, next } = await this.searches.page({ ...search, limit: size, after });
      if (ids.length > 0) yield ids;
      if (!next) return;
      after = next;
    }
  }

  /** @returns nothing where counting takes too long: the page, which needs less, is worth an answer by itself */
  async #count(search: UnderstoodSearch): Promise<number | undefined> {
    return this.searches.count(search, COUNT_LIMIT + 1).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'INVALID_INPUT') return undefined;
      throw error;
    });
  }
}
