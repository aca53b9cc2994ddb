import { fieldOf } from './fields.js';
import { Lexer, type Token } from './lexer.js';
import type { OrderKey } from './nodes.js';
import { asField } from './parser.js';
import { quotation, SearchError } from './search-error.js';
import { type Dialect, mayHoldNumbers, type SearchTarget } from './target.js';

/** The most keys of one order. */
export const MAX_ORDER_KEYS = 20;
/** The longest entry, in UTF-16 code units: a key of 250 characters, its quotes and a direction fit many times. */
const MAX_ENTRY = 2_000;

/**
 * Reads entries such as `metrics.accuracy DESC`, in Cellar's dialect also `number(params.alpha)`.
 * @throws SearchError; its position counts within the entry at fault
 */
export function parseOrder(entries: readonly string[], target: SearchTarget, dialect: Dialect): OrderKey[] {
  if (entries.length > MAX_ORDER_KEYS) {
    throw new SearchError(
      `order_by has ${entries.length} keys.`,
      0,
      entries[MAX_ORDER_KEYS],
      `at most ${MAX_ORDER_KEYS} keys`,
    );
  }
  const keys: OrderKey[] = [];
  const seen = new Set<string>();
  for (const entry of entries) {
    const key = parseEntry(entry, target, dialect);
    const name = JSON.stringify([key.entity, key.key]);
    if (seen.has(name)) {
      throw new SearchError(`Repeated key in order_by clause '${quotation(entry)}'.`, 0, entry, 'each key once');
    }
    seen.add(name);
    keys.push(key);
  }
  return keys;
}

function parseEntry(entry: string, target: SearchTarget, dialect: Dialect): OrderKey {
  if (entry.length > MAX_ENTRY) throw unreadable(entry, { position: MAX_ENTRY, text: entry.charAt(MAX_ENTRY) });
  const tokens = tokensOf(entry, dialect);
  const asNumber = dialect === 'cellar' && isWordNumber(tokens[0]) && tokens[1]?.text === '(';
  const [field, direction, end] = asNumber ? [tokens[2], ...tokens.slice(4)] : tokens;
  const word = asField(field);
  if (!word || word.key === '') throw unreadable(entry, field);
  if (asNumber && tokens[3].text !== ')') throw unreadable(entry, tokens[3]);
  if (direction && direction.kind !== 'word' && direction.kind !== 'end') throw unreadable(entry, direction);
  if (end && end.kind !== 'end') throw unreadable(entry, end);
  const { entity, key, orderable } = fieldOf(word, target, 'order');
  if (!orderable) {
    throw new SearchError(
      `Invalid order_by entity type '${entity.name}'`,
      word.position,
      word.text,
      `a key of: ${orderableOf(target).join(', ')}`,
    );
  }
  if (asNumber && !mayHoldNumbers(entity)) {
    throw new SearchError(`Only texts are ordered as numbers, and not '${entity.name}'.`, 0, entry, 'the key alone');
  }
  const order = { entity: entity.name, key, direction: directionOf(entry, direction) };
  return Object.freeze(asNumber ? { ...order, asNumber } : order);
}

/** As in `number(params.alpha)`. */
function isWordNumber(token: Token): boolean {
  return token.kind === 'word' && !token.quoted && token.text.toLowerCase() === 'number';
}

/** As many tokens as an entry may have and one more, or fewer with the end as the last. */
function tokensOf(entry: string, dialect: Dialect): Token[] {
  const most = dialect === 'cellar' ? 6 : 3;
  try {
    const lexer = new Lexer(entry, dialect === 'cellar');
    const tokens = [lexer.next()];
    while (tokens.length < most && tokens[tokens.length - 1].kind !== 'end') tokens.push(lexer.next());
    return tokens;
  } catch (error) {
    if (error instanceof SearchError) throw unreadable(entry, { position: error.position, text: error.found });
    throw error;
  }
}

function directionOf(entry: string, token: Token | undefined): 'asc' | 'desc' {
  if (!token || token.kind === 'end') return 'asc';
  const direction = token.text.toLowerCase();
  if (direction === 'asc' || direction === 'desc') return direction;
  throw new SearchError(
    `Invalid ordering key in order_by clause '${quotation(entry)}'.`,
    token.position,
    token.text,
    'ASC or DESC',
  );
}

function unreadable(entry: string, { position, text }: { position: number; text: string }): SearchError {
  return new SearchError(
    `Invalid order_by clause '${quotation(entry)}'. Could not be parsed.`,
    position,
    text,
    'one key and perhaps ASC or DESC, as in metrics.accuracy DESC',
  );
}

function orderableOf({ entities }: SearchTarget): string[] {
  return entities
    .filter((entity) => (entity.keys ? entity.keys.some((key) => key.orderable) : entity.orderable))
    .map(({ name }) => name);
}
