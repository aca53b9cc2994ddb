import type { Word } from './lexer.js';
import type { Operator } from './nodes.js';
import { listing, quotation, SearchError } from './search-error.js';
import type { Entity, SearchTarget, ValueType } from './target.js';

/** What the target says of one key. */
export interface FieldDefinition {
  readonly entity: Entity;
  /** The key under its first name. */
  readonly key: string;
  readonly type: ValueType;
  readonly operators: readonly Operator[];
  readonly ownOperators: readonly Operator[];
  readonly orderable: boolean;
}

/**
 * Finds what a word of a filter or an order stands for.
 * @throws SearchError where the target knows no such entity or key
 */
export function fieldOf(word: Word, target: SearchTarget, use: 'filter' | 'order'): FieldDefinition {
  const entity = entityOf(word, target);
  if (!entity.keys) {
    const { type, operators, ownOperators = [], orderable = false } = entity;
    return { entity, key: word.key, type, operators, ownOperators, orderable };
  }
  const spellings = entity.keys
    .filter((key) => use === 'filter' || key.orderable)
    .flatMap((key) => {
      const aliases = [...(key.aliases ?? []), ...(use === 'filter' ? (key.filterAliases ?? []) : [])];
      return [key.name, ...aliases].map((spelling) => ({ spelling, key }));
    });
  const found = spellings.find(({ spelling }) => spelling === word.key);
  // What can not be ordered by at all is refused by whoever asked, under the name of its entity.
  if (spellings.length === 0)
    return { entity, key: word.key, type: 'text', operators: [], ownOperators: [], orderable: false };
  if (!found) {
    const names = spellings.map(({ spelling }) => spelling);
    throw new SearchError(
      `Invalid ${entity.name} key '${quotation(word.key)}' specified. Valid keys are ${listing(names)}`,
      word.position,
      word.text,
      `one of: ${names.join(', ')}`,
    );
  }
  const { name, type, operators, ownOperators = [], orderable = false } = found.key;
  return { entity, key: name, type, operators, ownOperators, orderable };
}

function entityOf(word: Word, target: SearchTarget): Entity {
  const name = word.entity ?? target.bare;
  const entity = target.entities.find((one) => one.name === name || one.aliases.includes(name));
  if (entity) return entity;
  const names = target.entities.map((one) => one.name);
  throw new SearchError(
    `Invalid entity type '${quotation(name)}'. Valid values are ${listing(names)}`,
    word.position,
    word.text,
    `one of: ${names.join(', ')}`,
  );
}
