import type { Parameter } from './compile.js';
import type {
  Comparison,
  ListComparison,
  NumberComparison,
  NumberOperator,
  TextComparison,
  TimeComparison,
} from './nodes.js';

/** Milliseconds that both a timestamptz and an interval hold; what is earlier or later is compared as these. */
const FIRST_MS = -2e14;
const LAST_MS = 8e15;

/** `text` is an expression of type text. NULL never matches. */
export function textSql(text: string, comparison: TextComparison | ListComparison, parameter: Parameter): string {
  switch (comparison.operator) {
    case '=':
      return `${text} = ${parameter(comparison.value)}::text`;
    case '!=':
      return `${text} <> ${parameter(comparison.value)}::text`;
    case 'LIKE':
    case 'ILIKE':
      // The language promises no escape character; PostgreSQL's would be the backslash.
      return `${text} ${comparison.operator} ${parameter(comparison.value)}::text ESCAPE ''`;
    case 'IN':
      return `${text} = ANY(${parameter(comparison.value)}::text[])`;
    case 'NOT IN':
      return `${text} <> ALL(${parameter(comparison.value)}::text[])`;
  }
}

/**
 * `value` is a float8. NaN matches `!=` only; PostgreSQL takes it for the largest number. Infinities are compared as the
 * largest finite numbers, without leaving what an index on the value can answer.
 */
export function metricSql(value: string, { operator, value: bound }: NumberComparison, parameter: Parameter): string {
  const lowest = bound === -Number.MAX_VALUE ? Number.NEGATIVE_INFINITY : bound;
  const highest = bound === Number.MAX_VALUE ? Number.POSITIVE_INFINITY : bound;
  const number = (one: number) => `${parameter(one)}::float8`;
  switch (operator) {
    case '=':
      return lowest === highest
        ? `${value} = ${number(bound)}`
        : `${value} BETWEEN ${number(lowest)} AND ${number(highest)}`;
    case '!=':
      return `(${value} < ${number(lowest)} OR ${value} > ${number(highest)})`;
    case '<':
      return `${value} < ${number(lowest)}`;
    case '<=':
      return `${value} <= ${number(highest)}`;
    case '>':
      return `(${value} > ${number(highest)} AND ${value} < 'NaN')`;
    case '>=':
      return `(${value} >= ${number(lowest)} AND ${value} < 'NaN')`;
  }
}

/** The number, of type numeric, that an expression of type text is; NULL where it is no decimal number of sane length. */
export function numberSql(text: string): string {
  const decimal = '^[-+]?([0-9]{1,255}([.][0-9]{0,255})?|[.][0-9]{1,255})([eE][-+]?[0-9]{1,3})?$';
  return `CASE WHEN ${text} ~ '${decimal}' THEN (${text})::numeric END`;
}

/** `text` is an expression of type text; it matches only where it is a decimal number of sane length, and exactly as one. */
export function numericTextSql(text: string, { operator, value }: NumberComparison, parameter: Parameter): string {
  return `${numberSql(text)} ${SQL_OPERATOR[operator]} ${parameter(String(value))}::numeric`;
}

/**
 * `time` is a timestamptz. It is known to clients in whole milliseconds, so that is what is compared: all of the
 * millisecond 5 equals 5 and is below 5.5.
 */
export function timeSql(time: string, { operator, value }: TimeComparison, parameter: Parameter): string {
  const ms = Math.max(FIRST_MS, Math.min(LAST_MS, value));
  const at = (whole: number) => `timestamptz 'epoch' + ${parameter(whole)}::float8 * interval '1 millisecond'`;
  const after = Math.floor(ms) + 1;
  const isWhole = Number.isInteger(ms);
  switch (operator) {
    case '=':
      return isWhole ? `(${time} >= ${at(ms)} AND ${time} < ${at(after)})` : 'FALSE';
    case '!=':
      return isWhole ? `(${time} < ${at(ms)} OR ${time} >= ${at(after)})` : `${time} IS NOT NULL`;
    case '<':
      return `${time} < ${at(Math.ceil(ms))}`;
    case '<=':
      return `${time} < ${at(after)}`;
    case '>':
      return `${time} >= ${at(after)}`;
    case '>=':
      return `${time} >= ${at(Math.ceil(ms))}`;
  }
}

/** A target whose check lets a comparison through that its SQL has no words for is a fault of ours. */
export function unmapped({ kind, entity, key }: Comparison): Error {
  return new Error(`No SQL for a comparison of ${entity} ${key} as ${kind}.`);
}

const SQL_OPERATOR: Record<NumberOperator, string> = {
  '=': '=',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};
