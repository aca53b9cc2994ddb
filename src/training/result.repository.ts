import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { pageOf } from '../http/paging.js';
import { Parameters } from '../search/compile.js';
import {
  afterSql,
  numberTerms,
  orderBySql,
  refuseForeignValues,
  type SortTerm,
  type SortValues,
  sortValuesSql,
} from '../search/keyset.js';

/** What a table of results is sorted by. Whatever has no such value comes last, and before it NaN. */
export interface ResultOrder {
  /** A key of a task's result; absent = when it was done. */
  key?: string;
  numeric: boolean;
  direction: 'asc' | 'desc';
}

export interface ResultRow {
  id: string;
  name: string;
  result: Record<string, unknown>;
  done_at: Date;
  run_ms: number | null;
}

/** Finished tasks as rows of a table, without those whose run is deleted. */
@Injectable()
export class ResultRepository {
  readonly #database: Database;

  constructor(em: EntityManager) {
    this.#database = new Database(em);
  }

  /**
   * @param after `next` of the page before
   * @returns one page, and where to go on if there is more
   * @throws AppError INVALID_INPUT where `after` is of another order
   */
  async page(
    catalogue: string,
    order: ResultOrder,
    limit: number,
    after?: SortValues,
  ): Promise<{ rows: ResultRow[]; next?: SortValues }> {
    const parameters = new Parameters();
    const conditions = [
      `task.catalogue = ${parameters.add(catalogue)}`,
      `task.state = 'SUCCESS'`,
      `run.lifecycle = 'active'`,
    ];
    const terms = [
      ...termsOf(order, parameters),
      { sql: 'task.id', type: 'uuid', direction: order.direction } satisfies SortTerm,
    ];
    if (after) {
      refuseForeignValues(terms, after);
      conditions.push(afterSql(terms, after, parameters.add));
    }
    const rows = await this.#database.query<ResultRow & { values: SortValues }>(
      `SELECT task.id, run.name, task.result, task.done_at, task.run_ms, ${sortValuesSql(terms)} AS values
       FROM task JOIN run ON run.id = task.id
       WHERE ${conditions.join(' AND ')} ORDER BY ${orderBySql(terms)} LIMIT ${parameters.add(limit + 1)}`,
      parameters.values,
    );
    const { shown, last } = pageOf(rows, limit);
    return { rows: shown, next: last?.values };
  }
}

function termsOf({ key, numeric, direction }: ResultOrder, parameters: Parameters): SortTerm[] {
  if (key === undefined) return [{ sql: 'task.done_at', type: 'timestamptz', direction }];
  const text = `(task.result ->> ${parameters.add(key)}::text)`;
  if (!numeric) return [{ sql: `${text} COLLATE "C"`, type: 'text', direction, nullable: true }];
  return numberTerms(`${text}::float8`, direction);
}
