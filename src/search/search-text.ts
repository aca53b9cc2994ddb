import { parseFilter } from './filter.js';
import type { Condition, OrderKey } from './nodes.js';
import { parseOrder } from './order.js';
import { refusalOf, SearchError } from './search-error.js';
import type { SearchTarget } from './target.js';

/** What people wrote. */
export interface SearchText {
  /** Empty = everything matches. */
  filter: string;
  order: readonly string[];
}

/**
 * Reads a filter in Cellar's dialect and an order.
 * @throws AppError INVALID_INPUT that names the place, what stands there and what could
 */
export function readSearch(
  { filter, order }: SearchText,
  target: SearchTarget,
): { filter: Condition | undefined; order: OrderKey[] } {
  return {
    filter: refusing('filter', () => parseFilter(filter, target, 'cellar')),
    order: refusing('order_by', () => parseOrder(order, target, 'cellar')),
  };
}

function refusing<Result>(field: 'filter' | 'order_by', read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw error instanceof SearchError ? refusalOf(error, field) : error;
  }
}
