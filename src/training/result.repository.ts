import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';

/** What a table of results is sorted by. */
export interface ResultOrder {
  /** A key of a task's result; absent = when it was done. */
  key?: string;
  numeric: boolean;
  direction: 'asc' | 'desc';
}

/** Where a page ends: the sort value as text, and the number of the task. */
export type ResultPosition = [value: string, seq: string];

export interface ResultRow {
  id: string;
  seq: string;
  name: string;
  result: Record<string, unknown>;
  done_at: Date;
  run_ms: number | null;
  sort_value: string;
}

/** Finished tasks as rows of a table, without those whose run is deleted. */
@Injectable()
export class ResultRepository {
  readonly #database: Database;

  constructor(em: EntityManager) {
    this.#database = new Database(em);
  }

  page(catalogue: string, order: ResultOrder, limit: number, after?: ResultPosition): Promise<ResultRow[]> {
    const values: unknown[] = [catalogue, limit];
    const type = order.numeric ? 'float8' : 'text';
    let value = 'extract(epoch FROM task.done_at)::float8';
    if (order.key !== undefined) {
      values.push(order.key);
      value = `(task.result->>$${values.length}::text)::${type}`;
    }
    let beyond = '';
    if (after) {
      values.push(...after);
      const compare = order.direction === 'asc' ? '>' : '<';
      beyond = `AND (${value}, task.seq) ${compare} ($${values.length - 1}::text::${type}, $${values.length}::bigint)`;
    }
    return this.#database.query<ResultRow>(
      `SELECT task.id, task.seq, run.name, task.result, task.done_at, task.run_ms, (${value})::text AS sort_value
       FROM task JOIN run ON run.id = task.id
       WHERE task.catalogue = $1 AND task.state = 'SUCCESS' AND run.lifecycle = 'active' ${beyond}
       ORDER BY ${value} ${order.direction}, task.seq ${order.direction} LIMIT $2`,
      values,
    );
  }
}
