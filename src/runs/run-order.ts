import { numberSql } from '../search/comparison-sql.js';
import type { Parameter } from '../search/compile.js';
import { numberTerms, type SortTerm } from '../search/keyset.js';
import type { Comparison, OrderKey } from '../search/nodes.js';
import { ARTIFACT_URI, entryCondition, type Scope } from './run-comparison.js';
import { HEAD_LENGTH } from './run-index.entity.js';
import { RUN_NAME_TAG } from './run-name.js';

type Direction = OrderKey['direction'];

/** Where rows come from and in which order. */
export interface Source {
  /** Joins that hold `run`. */
  from: string;
  where: string[];
  /** The last one is the id, so no two rows are equal. */
  terms: SortTerm[];
}

/**
 * A part of the answer that comes as a whole before the next one: runs that have the first key, then those that lack it.
 * Each part is one statement, and only so can an index serve its order.
 */
export interface Segment {
  /** An index has the order, within one experiment. */
  isIndexed: boolean;
  /** The run's id where a walk meets it first, mostly before it looks at the run. */
  idColumn: 'run.id' | 'key1.run_id';
  /** Of runs that have no entry in this index table for this key. */
  lacks?: { table: string; key: string };
  /** @param scope which experiments are searched */
  source(parameter: Parameter, scope: Scope): Source;
}

const START_TIME: OrderKey = { entity: 'attribute', key: 'start_time', direction: 'desc' };
const RUN_ID: OrderKey = { entity: 'attribute', key: 'run_id', direction: 'asc' };

/**
 * The parts of an order, in their order, without those that the filter leaves empty.
 * @param conjuncts comparisons that are true of every run that is looked for
 */
export function segmentsOf(order: readonly OrderKey[], conjuncts: readonly Comparison[]): Segment[] {
  const [first, ...rest] = totalOrder(order);
  const { direction } = first;
  const ofFirst = conjuncts.filter(({ entity, key }) => entity === first.entity && key === first.key);
  const mayLack = ofFirst.every(({ operator }) => operator === 'IS NULL');
  const mayBeNaN = ofFirst.every(({ kind, operator }) => kind === 'presence' || operator === '!=');
  const bounds = (parameter: Parameter) => ofFirst.flatMap((one) => entryCondition(one, 'key1', parameter) ?? []);
  const others = (parameter: Parameter, from: string, where: string[], terms: SortTerm[]): Source => {
    const joined = rest.map((key, index) => joinedKey(key, `key${index + 2}`, parameter));
    return {
      from: [from, ...joined.flatMap(({ join }) => join ?? [])].join(' '),
      where,
      terms: [...terms, ...joined.flatMap((one) => one.terms)],
    };
  };
  const whole = (where: string[] = [], terms: SortTerm[] = []): Segment => ({
    isIndexed: false,
    idColumn: 'run.id',
    source: (parameter) => others(parameter, 'run', where, terms),
  });

  if (first.entity === 'metric') {
    const metrics = (isIndexed: boolean, condition: string, terms: SortTerm[]): Segment => ({
      isIndexed,
      idColumn: 'key1.run_id',
      source: (parameter, scope) =>
        others(
          parameter,
          'latest_metric AS key1 JOIN run ON run.id = key1.run_id',
          [scope('key1.experiment_id'), `key1.key = ${parameter(first.key)}`, condition, ...bounds(parameter)],
          terms,
        ),
    });
    return [
      metrics(true, `key1.value < 'NaN'`, [{ sql: 'key1.value', type: 'float8', direction }]),
      ...(mayBeNaN ? [metrics(false, `key1.value = 'NaN'`, [])] : []),
      ...(mayLack ? [lacking('latest_metric', first.key, others)] : []),
    ];
  }
  if (first.entity !== 'attribute') {
    const table = `run_${first.entity}`;
    return [
      {
        // The index has texts.
        isIndexed: !first.asNumber,
        idColumn: 'key1.run_id',
        source: (parameter, scope) => {
          const key = parameter(first.key);
          const from = `${table} AS key1 JOIN run ON run.id = key1.run_id`;
          const where = [scope('key1.experiment_id'), `key1.key = ${key}`, ...bounds(parameter)];
          return others(parameter, from, where, labelTerms('key1', first, key, false));
        },
      },
      ...(mayLack ? [lacking(table, first.key, others)] : []),
    ];
  }
  if (first.key === 'start_time') {
    // The index begins with the newest and ends with runs that have not started; backwards it begins with those.
    const started: SortTerm = {
      sql: 'run.start_time',
      type: 'timestamptz',
      direction,
      nulls: direction === 'desc' ? 'last' : 'first',
    };
    return [
      { ...whole(['run.start_time IS NOT NULL'], [started]), isIndexed: true },
      whole(['run.start_time IS NULL']),
    ];
  }
  return [whole([], [columnTerm(first)])];
}

/** The order with what decides between equals: the newest first, then the id. */
function totalOrder(order: readonly OrderKey[]): OrderKey[] {
  const keys: OrderKey[] = order.map((key) =>
    key.entity === 'tag' && key.key === RUN_NAME_TAG ? { ...key, entity: 'attribute', key: 'run_name' } : key,
  );
  if (!keys.some(({ entity, key }) => entity === 'attribute' && key === 'start_time')) keys.push(START_TIME);
  const id = keys.findIndex(({ entity, key }) => entity === 'attribute' && key === 'run_id');
  return id < 0 ? [...keys, RUN_ID] : keys.slice(0, id + 1);
}

function lacking(
  table: string,
  key: string,
  others: (parameter: Parameter, from: string, where: string[], terms: SortTerm[]) => Source,
): Segment {
  return {
    isIndexed: false,
    idColumn: 'run.id',
    lacks: { table, key },
    source: (parameter, scope) => {
      const condition = `NOT EXISTS (SELECT FROM ${table} AS key1 WHERE key1.run_id = run.id AND ${scope('key1.experiment_id')} AND key1.key = ${parameter(key)})`;
      return others(parameter, 'run', [condition], []);
    },
  };
}

/** A key that is not the first: its table is joined, and what lacks it comes last. */
function joinedKey(key: OrderKey, alias: string, parameter: Parameter): { join?: string; terms: SortTerm[] } {
  if (key.entity === 'attribute') return { terms: [columnTerm(key)] };
  const placeholder = parameter(key.key);
  const table = key.entity === 'metric' ? 'latest_metric' : `run_${key.entity}`;
  const join = `LEFT JOIN ${table} AS ${alias} ON ${alias}.run_id = run.id AND ${alias}.key = ${placeholder}`;
  if (key.entity !== 'metric') return { join, terms: labelTerms(alias, key, placeholder, true) };
  return { join, terms: numberTerms(`${alias}.value`, key.direction) };
}

/** By the head, which the index has; by the whole value only where that says more. */
function labelTerms(alias: string, key: OrderKey, placeholder: string, nullable: boolean): SortTerm[] {
  const { direction } = key;
  const whole = `(CASE WHEN length(${alias}.head) = ${HEAD_LENGTH} THEN run.${key.entity}s ->> ${placeholder}::text END COLLATE "C")`;
  // A head as long as can be may be the beginning of another number.
  const number = `(CASE WHEN length(${alias}.head) < ${HEAD_LENGTH} THEN ${numberSql(`${alias}.head`)} END)`;
  return [
    ...(key.asNumber ? [{ sql: number, type: 'numeric', direction, nullable: true } as const] : []),
    { sql: `${alias}.head`, type: 'text', direction, nullable },
    { sql: whole, type: 'text', direction, nullable: true },
  ];
}

const COLUMNS: Record<string, Omit<SortTerm, 'direction'>> = {
  status: { sql: 'run.status COLLATE "C"', type: 'text' },
  run_name: { sql: 'run.name COLLATE "C"', type: 'text' },
  user_id: { sql: 'run.user_name COLLATE "C"', type: 'text' },
  artifact_uri: { sql: `${ARTIFACT_URI} COLLATE "C"`, type: 'text' },
  run_id: { sql: 'run.id', type: 'uuid' },
  start_time: { sql: 'run.start_time', type: 'timestamptz', nullable: true },
  end_time: { sql: 'run.end_time', type: 'timestamptz', nullable: true },
};

function columnTerm({ key, direction }: { key: string; direction: Direction }): SortTerm {
  return { ...COLUMNS[key], direction };
}
