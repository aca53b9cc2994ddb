import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Database, type Query } from '../database/database.js';
import type { Lifecycle } from '../experiments/experiment.entity.js';
import { pageOf } from '../http/paging.js';
import { compile, MOST_JOINED, Parameters } from '../search/compile.js';
import { afterSql, foreignCursor, orderBySql, refuseForeignValues, sortValuesSql } from '../search/keyset.js';
import { type Comparison, type Condition, conjunctsOf, type OrderKey } from '../search/nodes.js';
import { type Approach, indexedPart, runComparisonSql, type Scope } from './run-comparison.js';
import { type Segment, segmentsOf } from './run-order.js';

/** A longer search is given up. */
const TIMEOUT_MS = 5_000;

/**
 * A condition that fewer runs of an experiment match is the place to begin. Beyond about √(runs × rows of a page) it is
 * cheaper to walk the index of the order; this is the value for 100,000 runs and small pages.
 */
const FEW = 2_000;
/** Of so many, at most, the ids are gathered to pass over the others in a walk. It takes some 2 ms. */
const SOME = 10_000;

/** How to come to the runs. */
interface Plan {
  approach: Approach;
  /** The comparison whose runs a walk passes over the others for, if there is one. */
  among?: Comparison;
  /** The comparison that fewest runs match, where that is known. */
  first?: Comparison;
}

/** Where a page ended. */
export interface RunCursor {
  /** Which part of the answer. */
  segment: number;
  /** What the last run shown was sorted by there, its id at the end. */
  values: (string | null)[];
}

export interface RunSearch {
  experimentIds: readonly number[];
  /** Absent = every run. */
  filter?: Condition;
  /** Empty = the newest first. */
  order: readonly OrderKey[];
  lifecycle: Lifecycle | 'all';
  limit: number;
  after?: RunCursor;
}

/** Finds runs. What the language says of them: `run-target.ts`. */
@Injectable()
export class RunSearchRepository {
  readonly #database: Database;

  constructor(em: EntityManager) {
    this.#database = new Database(em);
  }

  /**
   * One page, in order. Pages are found by the values of the last row, so the last page costs what the first costs,
   * and runs that are added meanwhile neither repeat nor hide others.
   * @returns the ids with hyphens, and where to go on if there is more
   * @throws AppError INVALID_INPUT for a cursor of another order, and for searches that take longer than 5 s
   */
  async page(search: RunSearch): Promise<{ ids: string[]; next?: RunCursor }> {
    const { experimentIds, order, limit, after } = search;
    if (experimentIds.length === 0) return { ids: [] };
    const segments = segmentsOf(order, conjunctsOf(search.filter));
    if (after && !(after.segment in segments)) throw foreignCursor();
    return this.#database.readOnly(
      async (query) => {
        const { approach, among, first } = await this.#plan(search, query);
        // Where few runs are gathered anyway, to look among them is cheaper than to count who lacks a key.
        const isFew = approach === 'gather' && experimentIds.length === 1;
        const found: (Row & { segment: number })[] = [];
        for (let number = after?.segment ?? 0; number < segments.length && found.length <= limit; number += 1) {
          const segment = segments[number];
          if (segment.lacks && !isFew && (await nobodyLacks(segment.lacks, experimentIds, query))) continue;
          const values = after?.segment === number ? after.values : undefined;
          const limitLeft = limit + 1 - found.length;
          const isWalk = approach === 'walk' && segment.isIndexed;
          if (isWalk) await query(WALKING);
          const plan: Plan = isWalk ? { approach, among } : { approach: 'gather', first };
          const rows = await query<Row>(...statementOf(search, segment, plan, values, limitLeft));
          if (isWalk) await query(NOT_WALKING);
          found.push(...rows.map((row) => ({ ...row, segment: number })));
        }
        const { shown, last } = pageOf(found, limit);
        return { ids: shown.map(({ id }) => id), next: last && { segment: last.segment, values: last.values } };
      },
      { timeoutMs: TIMEOUT_MS },
    );
  }

  /** How many runs match, counted up to `cap`. */
  async count(search: Pick<RunSearch, 'experimentIds' | 'filter' | 'lifecycle'>, cap: number): Promise<number> {
    if (search.experimentIds.length === 0) return 0;
    const parameters = new Parameters();
    const conditions = conditionsOf(
      search,
      scopeOf(search.experimentIds, parameters),
      { approach: 'gather' },
      parameters,
    );
    const text = `SELECT count(*)::int AS count FROM (SELECT FROM run WHERE ${conditions.join(' AND ')} LIMIT ${parameters.add(cap)}) AS matching`;
    const [{ count }] = await this.#database.readOnly((query) => query<{ count: number }>(text, parameters.values), {
      timeoutMs: TIMEOUT_MS,
    });
    return count;
  }

  /** Whether some condition leaves so few runs that it is the place to begin; the planner guesses this badly. */
  async #plan({ experimentIds, filter, order }: RunSearch, query: Query): Promise<Plan> {
    // The order of an index is that of one experiment.
    if (experimentIds.length > 1) return { approach: 'gather' };
    const conjuncts = conjunctsOf(filter);
    if (conjuncts.some(namesRuns)) return { approach: 'gather' };
    const parameters = new Parameters();
    const scope = scopeOf(experimentIds, parameters);
    const candidates = conjuncts.flatMap((comparison) => {
      const part = indexedPart(comparison, scope, parameters.add);
      return part
        ? [{ comparison, count: `(SELECT count(*)::int FROM (SELECT ${part} LIMIT ${SOME}) AS entries)` }]
        : [];
    });
    if (candidates.length === 0) return { approach: 'walk' };
    const [{ counts }] = await query<{ counts: number[] }>(
      `SELECT ARRAY[${candidates.map(({ count }) => count).join(', ')}] AS counts`,
      parameters.values,
    );
    const least = Math.min(...counts);
    const { comparison } = candidates[counts.indexOf(least)];
    if (least < FEW) return { approach: 'gather', first: comparison };
    // The walk of its own index passes over nothing else anyway.
    const isOrder = comparison.entity === order[0]?.entity && comparison.key === order[0].key;
    return { approach: 'walk', among: least < SOME && !isOrder ? comparison : undefined };
  }
}

/**
 * The planner knows nothing of how a condition and an order go together: it takes sorting for cheaper too often, finds all
 * that match, which it takes for few, to go through them at each step, or starts a process that is ready when the page is.
 */
const WALK_SETTINGS = ['enable_sort = off', 'enable_material = off', 'max_parallel_workers_per_gather = 0'];
const WALKING = WALK_SETTINGS.map((setting) => `SET LOCAL ${setting}`).join('; ');
const NOT_WALKING = WALK_SETTINGS.map((setting) => `SET LOCAL ${setting.replace(/=.*/, 'TO DEFAULT')}`).join('; ');

interface Row {
  id: string;
  values: (string | null)[];
}

/**
 * Two counts from indexes alone are many times cheaper than to look for the runs without a key one by one, and mostly there
 * are none.
 */
async function nobodyLacks(
  { table, key }: { table: string; key: string },
  experimentIds: readonly number[],
  query: Query,
): Promise<boolean> {
  const [{ complete }] = await query<{ complete: boolean }>(
    `SELECT (SELECT count(*) FROM run WHERE experiment_id = ANY($1::int[]))
          = (SELECT count(*) FROM ${table} WHERE experiment_id = ANY($1::int[]) AND key = $2) AS complete`,
    [experimentIds, key],
  );
  return complete;
}

/** Reads one part of the answer, from the beginning or after a row. */
function statementOf(
  search: RunSearch,
  segment: Segment,
  plan: Plan,
  after: readonly (string | null)[] | undefined,
  limit: number,
): [text: string, values: unknown[]] {
  const parameters = new Parameters();
  const scope = scopeOf(search.experimentIds, parameters);
  const { from, where, terms } = segment.source(parameters.add, scope);
  const conditions = [...where, ...conditionsOf(search, scope, plan, parameters)];
  const { among } = plan;
  if (among) conditions.push(amongSql(segment.idColumn, among, scope, parameters));
  if (after) {
    refuseForeignValues(terms, after);
    conditions.push(afterSql(terms, after, parameters.add));
  }
  const text = `SELECT run.id::text AS id, ${sortValuesSql(terms)} AS values FROM ${from} WHERE ${conditions.join(' AND ')} ORDER BY ${orderBySql(terms)} LIMIT ${parameters.add(limit)}`;
  return [text, parameters.values];
}

/** As a CASE, which the planner asks of each entry: a join it would begin with the wrong side. */
function amongSql(idColumn: string, comparison: Comparison, scope: Scope, parameters: Parameters): string {
  const part = indexedPart(comparison, scope, parameters.add);
  return `CASE WHEN ${idColumn} IN (SELECT run_id ${part}) THEN true ELSE false END`;
}

function conditionsOf(
  { filter, lifecycle }: Pick<RunSearch, 'filter' | 'lifecycle'>,
  scope: Scope,
  plan: Plan,
  parameters: Parameters,
): string[] {
  const conditions = [scope('run.experiment_id')];
  if (lifecycle !== 'all') conditions.push(`run.lifecycle = ${parameters.add(lifecycle)}`);
  if (filter) conditions.push(compile(filter, runComparisonSql(scope, approachesOf(filter, plan)), parameters).sql);
  return conditions;
}

function approachesOf(filter: Condition, { approach, first }: Plan): (comparison: Comparison) => Approach {
  if (approach === 'walk') return () => 'walk';
  const conjuncts = conjunctsOf(filter);
  const rest = first ? [first, ...conjuncts.filter((comparison) => comparison !== first)] : conjuncts;
  const asked = new Set(rest.slice(MOST_JOINED));
  return (comparison) => (asked.has(comparison) ? 'walk' : 'gather');
}

/** With a single experiment `=`: only so does an index on (experiment, …) keep its order. */
function scopeOf(experimentIds: readonly number[], parameters: Parameters): Scope {
  if (experimentIds.length === 1) {
    const placeholder = parameters.add(experimentIds[0]);
    return (column) => `${column} = ${placeholder}`;
  }
  const placeholder = parameters.add(experimentIds);
  return (column) => `${column} = ANY(${placeholder}::int[])`;
}

function namesRuns({ entity, key, operator }: Comparison): boolean {
  return entity === 'attribute' && key === 'run_id' && (operator === '=' || operator === 'IN');
}
