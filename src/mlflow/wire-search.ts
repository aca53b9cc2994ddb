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
  return {
    filter: filterOf(fields, target),
    order: readable(() => parseOrder(fields.strings('order_by'), target, 'mlflow')),
  };
}

/** @throws WireError */
export function filterOf(fields: WireFields, target: SearchTarget): Condition | undefined {
  return readable(() => parseFilter(fields.string('filter'), target, 'mlflow'));
}

/** What the language refuses is refused in the words of the wire. */
function readable<Result>(parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    throw error instanceof SearchError ? invalidParameter(error.message) : error;
  }
}
