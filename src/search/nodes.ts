/** Operators in the order in which messages list them. */
export const NUMBER_OPERATORS = ['=', '!=', '<', '<=', '>', '>='] as const;
export const TEXT_OPERATORS = ['=', '!=', 'LIKE', 'ILIKE'] as const;
export const LIST_OPERATORS = ['IN', 'NOT IN'] as const;
export const PRESENCE_OPERATORS = ['IS NULL', 'IS NOT NULL'] as const;

export type NumberOperator = (typeof NUMBER_OPERATORS)[number];
export type TextOperator = (typeof TEXT_OPERATORS)[number];
export type ListOperator = (typeof LIST_OPERATORS)[number];
export type PresenceOperator = (typeof PRESENCE_OPERATORS)[number];
export type Operator = NumberOperator | TextOperator | ListOperator | PresenceOperator;

/** What a condition or an order speaks of, under its first name: `{ entity: 'parameter', key: 'alpha' }`. */
export interface Field {
  readonly entity: string;
  readonly key: string;
}

/** A number against a number: a metric, a numeric attribute, or a text that may hold a number. */
export interface NumberComparison extends Field {
  readonly kind: 'number';
  readonly operator: NumberOperator;
  /** Never NaN; what is too large for a double is ±1.7976931348623157e308. */
  readonly value: number;
}
/** A point in time against another. */
export interface TimeComparison extends Field {
  readonly kind: 'time';
  readonly operator: NumberOperator;
  /** Milliseconds since 1970, perhaps with a fraction. */
  readonly value: number;
}
export interface TextComparison extends Field {
  readonly kind: 'text';
  readonly operator: TextOperator;
  /** For LIKE and ILIKE a pattern: `%` any run, `_` one character, and no escape character. */
  readonly value: string;
}
export interface ListComparison extends Field {
  readonly kind: 'list';
  readonly operator: ListOperator;
  /** At least one. */
  readonly value: readonly string[];
}
export interface PresenceComparison extends Field {
  readonly kind: 'presence';
  readonly operator: PresenceOperator;
}
export type Comparison = NumberComparison | TimeComparison | TextComparison | ListComparison | PresenceComparison;

/**
 * A checked filter. A comparison is true or false, never unknown: one that speaks of something that a row lacks is
 * false, and NOT of it is true.
 */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | Comparison;

/** One key of an order. */
export interface OrderKey extends Field {
  readonly direction: 'asc' | 'desc';
  /** Texts that are decimal numbers come first, in the order of their numbers. */
  readonly asNumber?: boolean;
}

/** The comparisons that are true of whatever a filter matches. */
export function conjunctsOf(filter: Condition | undefined): Comparison[] {
  if (!filter) return [];
  switch (filter.kind) {
    case 'and':
      return filter.parts.flatMap(conjunctsOf);
    case 'or':
    case 'not':
      return [];
    default:
      return [filter];
  }
}
