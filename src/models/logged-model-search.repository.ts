import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { pageOf } from '../http/paging.js';
import { compile, type Parameter, Parameters } from '../search/compile.js';
import {
  afterSql,
  numberTerms,
  orderBySql,
  refuseForeignValues,
  type SortTerm,
  sortValuesSql,
} from '../search/keyset.js';
import type { Condition, OrderKey } from '../search/nodes.js';
import { type DatasetChoice, datasetSql, loggedModelComparisonSql, measuredSql } from './logged-model-comparison.js';

/** A longer search is given up. */
const TIMEOUT_MS = 5_000;

/** By an attribute, or by the latest measurement of a metric. */
export interface ModelOrderKey extends OrderKey {
  /** Only measurements on it count. */
  dataset?: DatasetChoice;
}

export interface ModelSearch {
  experimentIds: readonly number[];
  /** Absent = every model. */
  filter?: Condition;
  /** Only models that were measured on one of these, and only those measurements. Empty = all. */
  datasets: readonly DatasetChoice[];
  /** Empty = the newest first. */
  order: readonly ModelOrderKey[];
  limit: number;
  /** What the last model of the page before was sorted by. */
  after?: (string | null)[];
}

/** Finds models that are not deleted. What the language says of them: `logged-model-target.ts`. */
@Injectable()
export class LoggedModelSearchRepository {
  readonly #database: Database;

  constructor(em: EntityManager) {
    this.#database = new Database(em);
  }

  /**
   * One page, in order.
   * @returns the ids, and where to go on if there is more
   * @throws AppError INVALID_INPUT for a cursor of another order, and for searches that take longer than 5 s
   */
  async page(search: ModelSearch): Promise<{ ids: string[]; next?: (string | null)[] }> {
    const { experimentIds, filter, datasets, order, limit, after } = search;
    if (experimentIds.length === 0) return { ids: [] };
    const parameters = new Parameters();
    const { joins, terms } = sortingOf(order, parameters.add);
    const conditions = [scopeSql(experimentIds, parameters.add), `logged_model.lifecycle = 'active'`];
    if (datasets.length > 0) conditions.push(measuredSql([], datasets, parameters.add));
    if (filter) conditions.push(compile(filter, loggedModelComparisonSql(datasets), parameters).sql);
    if (after) {
      refuseForeignValues(terms, after);
      conditions.push(afterSql(terms, after, parameters.add));
    }
    const text = `SELECT logged_model.id, ${sortValuesSql(terms)} AS values FROM ${['logged_model', ...joins].join(' ')} WHERE ${conditions.join(' AND ')} ORDER BY ${orderBySql(terms)} LIMIT ${parameters.add(limit + 1)}`;
    const rows = await this.#database.readOnly(
      (query) => query<{ id: string; values: (string | null)[] }>(text, parameters.values),
      { timeoutMs: TIMEOUT_MS },
    );
    const { shown, last } = pageOf(rows, limit);
    return { ids: shown.map(({ id }) => id), next: last?.values };
  }
}

/** With a single experiment `=`: only so does an index on (experiment, …) keep its order. */
function scopeSql(experimentIds: readonly number[], parameter: Parameter): string {
  return experimentIds.length === 1
    ? `logged_model.experiment_id = ${parameter(experimentIds[0])}`
    : `logged_model.experiment_id = ANY(${parameter(experimentIds)}::int[])`;
}

const COLUMNS: Record<string, Omit<SortTerm, 'direction'>> = {
  name: { sql: 'logged_model.name COLLATE "C"', type: 'text' },
  model_id: { sql: 'logged_model.id', type: 'text' },
  model_type: { sql: 'logged_model.model_type COLLATE "C"', type: 'text' },
  status: { sql: 'logged_model.status COLLATE "C"', type: 'text' },
  source_run_id: { sql: 'logged_model.source_run_id COLLATE "C"', type: 'text' },
  creation_timestamp: { sql: 'logged_model.created_at', type: 'timestamptz' },
  last_updated_timestamp: { sql: 'logged_model.updated_at', type: 'timestamptz' },
};

const CREATION: OrderKey = { entity: 'attributes', key: 'creation_timestamp', direction: 'desc' };
const ID: OrderKey = { entity: 'attributes', key: 'model_id', direction: 'asc' };

/** The newest first among equals, then by id. */
function sortingOf(order: readonly ModelOrderKey[], parameter: Parameter): { joins: string[]; terms: SortTerm[] } {
  const isGiven = (wanted: OrderKey) => order.some(({ entity, key }) => entity === wanted.entity && key === wanted.key);
  const keys = [...order, ...[CREATION, ID].filter((key) => !isGiven(key))];
  const joins: string[] = [];
  const terms = keys.flatMap((key, index): SortTerm[] => {
    if (key.entity !== 'metrics') return [{ ...COLUMNS[key.key], direction: key.direction }];
    const alias = `key${index + 1}`;
    joins.push(latestSql(key, alias, parameter));
    return numberTerms(`${alias}.value`, key.direction);
  });
  return { joins, terms };
}

/** Of models MLflow takes the newest measurement, where of runs it takes the one of the greatest step. */
function latestSql({ key, dataset }: ModelOrderKey, alias: string, parameter: Parameter): string {
  const conditions = [
    'metric.model_id = logged_model.id',
    `metric.key = ${parameter(key)}`,
    ...datasetSql(dataset ? [dataset] : [], parameter),
  ];
  return `LEFT JOIN LATERAL (SELECT metric.value FROM logged_model_metric AS metric WHERE ${conditions.join(' AND ')} ORDER BY metric.timestamp DESC, metric.step DESC, metric.value DESC LIMIT 1) AS ${alias} ON TRUE`;
}
