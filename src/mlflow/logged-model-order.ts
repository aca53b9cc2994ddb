import type { ModelOrderKey } from '../models/logged-model-search.repository.js';
import { LOGGED_MODEL_TARGET } from '../models/logged-model-target.js';
import { fieldOf } from '../search/fields.js';
import { MAX_ORDER_KEYS } from '../search/order.js';
import { SearchError } from '../search/search-error.js';
import { invalidParameter } from './wire-error.js';
import type { WireFields } from './wire-fields.js';

/** The order that a search of logged models asks for, which has objects instead of texts. @throws WireError */
export function modelOrderOf(fields: WireFields): ModelOrderKey[] {
  const entries = fields.messages('order_by');
  if (entries.length > MAX_ORDER_KEYS) {
    throw invalidParameter(`order_by has ${entries.length} keys; at most ${MAX_ORDER_KEYS} are taken.`);
  }
  return entries.map((entry) => {
    const name = entry.requiredString('field_name');
    const dataset = {
      name: entry.string('dataset_name') || undefined,
      digest: entry.string('dataset_digest') || undefined,
    };
    return {
      ...fieldNamed(name),
      direction: (entry.boolean('ascending') ?? true) ? 'asc' : 'desc',
      dataset: dataset.name || dataset.digest ? dataset : undefined,
    };
  });
}

/** Whatever follows the first dot is the key, as it stands. */
function fieldNamed(text: string): { entity: string; key: string } {
  const dot = text.indexOf('.');
  const word = {
    kind: 'word',
    text,
    position: 0,
    entity: dot < 0 ? undefined : text.slice(0, dot),
    key: text.slice(dot + 1),
    quoted: false,
  } as const;
  try {
    const { entity, key, orderable } = fieldOf(word, LOGGED_MODEL_TARGET, 'order');
    if (orderable) return { entity: entity.name, key };
  } catch (error) {
    if (!(error instanceof SearchError)) throw error;
  }
  throw invalidParameter(`Invalid order by field name: ${text}. It is an attribute, or metrics. and the key of one.`);
}
