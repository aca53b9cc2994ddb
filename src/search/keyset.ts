import { AppError } from '../errors.js';
import type { Parameter } from './compile.js';
import { isDoubleText, isInt4Text, isNumericText, isStorableText, isTimestampText } from './value-text.js';

/** One expression that rows are sorted by. */
export interface SortTerm {
  readonly sql: string;
  readonly type: 'float8' | 'numeric' | 'text' | 'timestamptz' | 'uuid' | 'boolean' | 'int4';
  readonly direction: 'asc' | 'desc';
  /** It may be NULL; such rows come last. */
  readonly nullable?: boolean;
  /** Where an index keeps NULL; said although there is none, so that the index is found to be in this order. */
  readonly nulls?: 'first' | 'last';
}

/** The values of the terms in the last row shown, as PostgreSQL writes them; null = NULL. */
export type SortValues = readonly (string | null)[];

/**
 * Sorts by a number that may be missing or NaN, both of which come last. PostgreSQL takes NaN for the largest number: right
 * when that comes last, wrong when it comes first.
 * @param sql of a float8
 */
export function numberTerms(sql: string, direction: SortTerm['direction']): SortTerm[] {
  const value: SortTerm = { sql, type: 'float8', direction, nullable: true };
  const isNoNumber: SortTerm = { sql: `(${sql} = 'NaN')`, type: 'boolean', direction: 'asc', nullable: true };
  return direction === 'asc' ? [value] : [isNoNumber, value];
}

export function orderBySql(terms: readonly SortTerm[]): string {
  return terms
    .map(({ sql, direction, nullable, nulls = nullable ? 'last' : undefined }) => {
      const order = `${sql} ${direction.toUpperCase()}`;
      return nulls ? `${order} NULLS ${nulls.toUpperCase()}` : order;
    })
    .join(', ');
}

/** An array of texts from which {@link afterSql} finds the place again. */
export function sortValuesSql(terms: readonly SortTerm[]): string {
  return `ARRAY[${terms.map(({ sql }) => `(${sql})::text`).join(', ')}]`;
}

/** Which rows come after one: the first term is greater, or equal and the second is greater, and so on. */
export function afterSql(terms: readonly SortTerm[], values: SortValues, parameter: Parameter): string {
  const placeholders = terms.map(({ type }, index) =>
    values[index] === null ? undefined : `${parameter(values[index])}::${type}`,
  );
  const [first] = terms;
  const chain = terms.reduceRight((rest, term, index) => {
    const placeholder = placeholders[index];
    // Nothing comes after NULL but what is NULL too.
    if (placeholder === undefined) return `(${term.sql} IS NULL AND ${rest})`;
    const beyond = `${term.sql} ${term.direction === 'asc' ? '>' : '<'} ${placeholder}`;
    const orNull = term.nullable ? ` OR ${term.sql} IS NULL` : '';
    return `(${beyond}${orNull} OR (${term.sql} = ${placeholder} AND ${rest}))`;
  }, 'FALSE');
  if (first.nullable || placeholders[0] === undefined) return chain;
  // Says nothing new, but only such a bound makes an index begin at the right place.
  return `${first.sql} ${first.direction === 'asc' ? '>=' : '<='} ${placeholders[0]} AND ${chain}`;
}

const IS_OURS: Record<SortTerm['type'], (text: string) => boolean> = {
  float8: isDoubleText,
  numeric: isNumericText,
  text: isStorableText,
  timestamptz: isTimestampText,
  uuid: (text) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text),
  boolean: (text) => text === 'true' || text === 'false',
  int4: isInt4Text,
};

/** @throws AppError INVALID_INPUT where the values were not given out for these terms */
export function refuseForeignValues(terms: readonly SortTerm[], values: SortValues): void {
  const isOurs =
    values.length === terms.length &&
    terms.every(({ type, nullable }, index) => {
      const value = values[index];
      return value === null ? nullable === true : IS_OURS[type](value);
    });
  if (!isOurs) throw foreignCursor();
}

/** The refusal of a cursor that belongs to another order, or to none. */
export function foreignCursor(): AppError {
  return new AppError('INVALID_INPUT', 'The cursor is not one of this list.', {
    details: [
      {
        field: 'cursor',
        reason: 'is not a cursor that this list gave out',
        allowed: 'the cursor of a page with the same filter and order, or none',
      },
    ],
  });
}
