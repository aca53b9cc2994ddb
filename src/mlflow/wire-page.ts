import type { Lifecycle } from '../experiments/experiment.entity.js';
import { invalidParameter } from './wire-error.js';
import { enumNumber } from './wire-fields.js';

/** Tokens are opaque to clients: where the page before ended. */
export function encodeToken(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64');
}

/**
 * @param isPosition tells whether a decoded token is one of this list
 * @throws WireError
 */
export function decodeToken<Position>(
  token: string,
  isPosition: (value: unknown) => value is Position,
): Position | undefined {
  if (token === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(token, 'base64').toString('utf8'));
  } catch {
    throw invalidParameter('Invalid page token, could not be decoded: it is none that this server gave out.');
  }
  if (!isPosition(value)) throw invalidParameter('Invalid page token, it belongs to another list.');
  return value;
}

/** Rows asked for at once. @throws WireError */
export function pageSize(given: number | undefined, limit: number, fallback?: number): number {
  const size = given ?? fallback ?? 0;
  if (size < 1) {
    throw invalidParameter(
      `Invalid value ${size} for parameter 'max_results' supplied. It must be a positive integer.`,
    );
  }
  if (size > limit) {
    throw invalidParameter(`Invalid value ${size} for parameter 'max_results' supplied. It must be at most ${limit}.`);
  }
  return size;
}

const VIEWS = { ACTIVE_ONLY: 'active', DELETED_ONLY: 'deleted', ALL: 'all' } as const;
const VIEW_NUMBERS = ['', 'ACTIVE_ONLY', 'DELETED_ONLY', 'ALL'];

/** The lifecycles that a search shows; what is no view counts as the usual one. */
export function lifecycleOf(view: unknown): Lifecycle | 'all' {
  const number = enumNumber(view);
  const name = number === undefined ? view : VIEW_NUMBERS[number];
  return typeof name === 'string' && Object.hasOwn(VIEWS, name) ? VIEWS[name as keyof typeof VIEWS] : 'active';
}
