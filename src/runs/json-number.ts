/** A number as JSON and PostgreSQL's json can hold it: NaN and the infinities are texts, those of MLflow's wire. */
export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity';

export function jsonNumber(value: number): JsonNumber {
  return Number.isFinite(value) ? value : (String(value) as JsonNumber);
}
