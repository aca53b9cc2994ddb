import { parseFilter } from '../search/filter.js';
import type { Condition, OrderKey } from '../search/nodes.js';
import { parseOrder } from '../search/order.js';
import { SearchError } from '../search/search-error.js';
import type { SearchTarget } from '../search/target.js';
import { invalidParameter } from './wire-error.js';
import type { WireFields } from './wire-fields.js';

/** The filter and the order that a request asks for. @throws WireError */
export function searchOf(
  fields: WireFields,
  target: SearchTarget,
): { filter: Condition | undefined; order: OrderKey[] } {
  try {
    return {
      filter: parseFilter(fields.string('filter'), target, 'mlflow'),
      order: parseOrder(fields.strings('order_by'), target),
    };
  } catch (error) {
    throw error instanceof SearchError ? invalidParameter(error.message) : error;
  }
}
