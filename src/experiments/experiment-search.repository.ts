import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { pageOf } from '../http/paging.js';
import { compile, Parameters } from '../search/compile.js';
import { afterSql, orderBySql, refuseForeignValues, type SortTerm, sortValuesSql } from '../search/keyset.js';
import type { Condition, OrderKey } from '../search/nodes.js';
import type { Lifecycle } from './experiment.entity.js';
import { experimentComparisonSql } from './experiment-comparison.js';

/** A longer search is given up. */
const TIMEOUT_MS = 5_000;

export interface ExperimentSearch {
  /** Absent = every experiment. */
  filter?: Condition;
  /** Empty = the newest first. */
  order: readonly OrderKey[];
  lifecycle: Lifecycle | 'all';
  limit: number;
  /** What the last experiment of the page before was sorted by. */
  after?: (string | null)[];
}

/** Finds experiments. What the language says of them: `experiment-target.ts`. */
@Injectable()
export class ExperimentSearchRepository {
  readonly #database: Database;

  constructor(em: EntityManager) {
    this.#database = new Database(em);
  }

  /**
   * One page, in order.
   * @returns the ids, and where to go on if there is more
   * @throws AppError INVALID_INPUT for a cursor of another order, and for searches that take longer than 5 s
   */
  async page({
    filter,
    order,
    lifecycle,
    limit,
    after,
  }: ExperimentSearch): Promise<{ ids: number[]; next?: (string | null)[] }> {
    const terms = termsOf(order);
    const parameters = new Parameters();
    const conditions = [compile(filter, experimentComparisonSql, parameters).sql];
    if (lifecycle !== 'all') conditions.push(`experiment.lifecycle = ${parameters.add(lifecycle)}`);
    if (after) {
      refuseForeignValues(terms, after);
      conditions.push(afterSql(terms, after, parameters.add));
    }
    const text = `SELECT experiment.id, ${sortValuesSql(terms)} AS values FROM experiment WHERE ${conditions.join(' AND ')} ORDER BY ${orderBySql(terms)} LIMIT ${parameters.add(limit + 1)}`;
    const rows = await this.#database.readOnly(
      (query) => query<{ id: number; values: (string | null)[] }>(text, parameters.values),
      { timeoutMs: TIMEOUT_MS },
    );
    const { shown, last } = pageOf(rows, limit);
    return { ids: shown.map(({ id }) => id), next: last?.values };
  }
}

const COLUMNS: Record<string, Omit<SortTerm, 'direction'>> = {
  name: { sql: 'experiment.name COLLATE "C"', type: 'text' },
  experiment_id: { sql: 'experiment.id', type: 'int4' },
  creation_time: { sql: 'experiment.created_at', type: 'timestamptz' },
  last_update_time: { sql: 'experiment.updated_at', type: 'timestamptz' },
};

/** MLflow's default is the newest first and then the lowest id; among equals of a given order the highest id is first. */
function termsOf(order: readonly OrderKey[]): SortTerm[] {
  const terms: SortTerm[] = order.map(({ key, direction }) => ({ ...COLUMNS[key], direction }));
  if (terms.length === 0) terms.push({ ...COLUMNS.creation_time, direction: 'desc' });
  const id = order.findIndex(({ key }) => key === 'experiment_id');
  if (id >= 0) return terms.slice(0, id + 1);
  return [...terms, { ...COLUMNS.experiment_id, direction: order.length === 0 ? 'asc' : 'desc' }];
}
