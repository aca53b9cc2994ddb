import type { Operator } from './nodes.js';

export type ValueType = 'number' | 'text' | 'time';

/** A key of an entity whose keys are known. */
export interface KnownKey {
  readonly name: string;
  /** Other spellings, in filters and orders. */
  readonly aliases?: readonly string[];
  /** Other spellings that only filters know. */
  readonly filterAliases?: readonly string[];
  readonly type: ValueType;
  readonly operators: readonly Operator[];
  /** Those that only Cellar's dialect has. */
  readonly ownOperators?: readonly Operator[];
  readonly orderable?: boolean;
}

interface AnyEntity {
  readonly name: string;
  readonly aliases: readonly string[];
}
/** Attributes and the like: a fixed set of keys, each with its own type. */
export interface KeyedEntity extends AnyEntity {
  readonly keys: readonly KnownKey[];
}
/** Metrics, parameters and tags: clients choose the keys, all values have one type. */
export interface FreeEntity extends AnyEntity {
  readonly keys?: undefined;
  readonly type: 'number' | 'text';
  readonly operators: readonly Operator[];
  readonly ownOperators?: readonly Operator[];
  readonly orderable?: boolean;
  /** In Cellar's dialect a comparison with a number takes the text as a number, and so may an order. */
  readonly numericText?: boolean;
}
export type Entity = KeyedEntity | FreeEntity;

/** What can be searched for. */
export interface SearchTarget {
  readonly entities: readonly Entity[];
  /** The entity of a key without a prefix. */
  readonly bare: string;
  /** In filters of either dialect, keys behind a prefix may hold `/` and `-` without quotes. */
  readonly hasWideKeys?: boolean;
}

/**
 * `mlflow` is what MLflow's clients may send. `cellar` adds OR, NOT, parentheses, dates, parameters as numbers, orders of them as well, more operators, and
 * keys with `/` and `-` without quotes.
 */
export type Dialect = 'mlflow' | 'cellar';

/** Whether our dialect takes its texts as numbers. */
export function mayHoldNumbers(entity: Entity): boolean {
  return !entity.keys && entity.numericText === true;
}

export function operatorsIn(
  dialect: Dialect,
  { operators, ownOperators = [] }: Pick<KnownKey, 'operators' | 'ownOperators'>,
): readonly Operator[] {
  return dialect === 'cellar' ? [...operators, ...ownOperators] : operators;
}
