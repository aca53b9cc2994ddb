import { AppError } from '../errors.js';

/** Longer quotations of the input are cut in messages. */
const MAX_QUOTATION = 200;

/** Why a filter or an order was refused. The message has the words that MLflow's clients know. */
export class SearchError extends Error {
  constructor(
    message: string,
    /** Where, in UTF-16 code units from the beginning of the text. */
    readonly position: number,
    /** What stands there; empty = the text ends. */
    readonly found: string,
    /** What could stand there instead. */
    readonly allowed: string,
  ) {
    super(message);
    this.name = 'SearchError';
  }
}

/** The same refusal as an answer of the catalogue. */
export function refusalOf(error: SearchError, field: 'filter' | 'order_by'): AppError {
  const there = error.found === '' ? 'the text ends' : `'${quotation(error.found)}' stands`;
  return new AppError('INVALID_INPUT', error.message, {
    details: [
      { field, reason: `is not understood at position ${error.position}, where ${there}`, allowed: error.allowed },
    ],
    cause: error,
  });
}

/** A piece of the input as messages show it: short, and never half of a surrogate pair. */
export function quotation(text: string): string {
  return (text.length > MAX_QUOTATION ? `${text.slice(0, MAX_QUOTATION)}…` : text).toWellFormed();
}

/** Names as MLflow's messages list them: ['a', 'b']. */
export function listing(names: readonly string[]): string {
  return `[${names.map((name) => `'${name}'`).join(', ')}]`;
}

/** The message for whatever is no clause of the language. */
export function invalidClause(text: string): string {
  return `Invalid clause(s) in filter string: '${quotation(text)}'`;
}
