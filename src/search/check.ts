import { dateInMs } from './date.js';
import { type FieldDefinition, fieldOf } from './fields.js';
import type { Literal, Token, Word } from './lexer.js';
import {
  type Comparison,
  type Condition,
  LIST_OPERATORS,
  type ListOperator,
  NUMBER_OPERATORS,
  type NumberOperator,
  type Operator,
  PRESENCE_OPERATORS,
  type TextOperator,
} from './nodes.js';
import type { Clause, Syntax, ValueToken } from './parser.js';
import { listing, quotation, SearchError } from './search-error.js';
import { type Dialect, type Entity, type KnownKey, mayHoldNumbers, operatorsIn, type SearchTarget } from './target.js';

/** The most `%` of one pattern: matching takes longer with each. */
export const MAX_PERCENT_SIGNS = 20;

const AND = new Intl.ListFormat('en-GB', { type: 'conjunction' });

/**
 * Gives every clause the type that the target says.
 * @throws SearchError where a name, an operator or a value is none that the target allows
 */
export function check(syntax: Syntax, target: SearchTarget, dialect: Dialect): Condition {
  switch (syntax.kind) {
    case 'and':
    case 'or':
      return Object.freeze({
        kind: syntax.kind,
        parts: Object.freeze(syntax.parts.map((part) => check(part, target, dialect))),
      });
    case 'not':
      return Object.freeze({ kind: 'not', part: check(syntax.part, target, dialect) });
    default:
      return Object.freeze(checkClause(syntax, target, dialect));
  }
}

function checkClause(clause: Clause, target: SearchTarget, dialect: Dialect): Comparison {
  const definition = definitionOf(clause.field, target, dialect);
  const field = { entity: definition.entity.name, key: definition.key };
  if (clause.kind === 'presence') {
    if (!definition.operators.includes(clause.operator)) throw presenceError(definition, clause, target, dialect);
    return { kind: 'presence', ...field, operator: clause.operator };
  }
  const { value } = clause;
  if (value.kind === 'list' || (LIST_OPERATORS as readonly string[]).includes(clause.operator)) {
    return { kind: 'list', ...field, ...checkList(definition, clause, target, dialect) };
  }
  if (definition.type === 'number' || takesNumber(definition, value, dialect)) {
    const number = numberOf(value, definition);
    return { kind: 'number', ...field, operator: numberOperatorOf(clause), value: number };
  }
  if (definition.type === 'time') {
    const time = timeOf(value, definition, dialect);
    return { kind: 'time', ...field, operator: numberOperatorOf(clause), value: time };
  }
  const text = textOf(value, definition);
  const operator = operatorOf(clause, definition.operators) as TextOperator;
  if (operator === 'LIKE' || operator === 'ILIKE') refuseWildPattern(text);
  return { kind: 'text', ...field, operator, value: text.value };
}

function definitionOf(word: Word, target: SearchTarget, dialect: Dialect): FieldDefinition {
  const definition = fieldOf(word, target, 'filter');
  return { ...definition, operators: operatorsIn(dialect, definition) };
}

/** MLflow compares parameters as text only. */
function takesNumber({ entity }: FieldDefinition, value: ValueToken, dialect: Dialect): boolean {
  return dialect === 'cellar' && mayHoldNumbers(entity) && value.kind === 'number';
}

function checkList(
  { operators }: FieldDefinition,
  { operator, operatorToken, value }: Clause & { kind: 'clause' },
  target: SearchTarget,
  dialect: Dialect,
): { operator: ListOperator; value: readonly string[] } {
  if (value.kind !== 'list' || !operators.includes('IN')) {
    const message =
      dialect === 'mlflow'
        ? `Only ${listing(bareKeysWith('IN', target))} attributes support comparison with a list of quoted string values.`
        : `Only ${AND.format(namesWith('IN', target))} can be compared with a list of quoted texts.`;
    throw new SearchError(message, value.position, value.text, 'a single value');
  }
  if (operator !== 'IN' && operator !== 'NOT IN') throw comparatorError(operator, LIST_OPERATORS, operatorToken);
  return { operator, value: Object.freeze(value.values.map((literal) => literal.value)) };
}

function numberOf(value: ValueToken, { entity, key }: FieldDefinition): number {
  if (value.kind === 'number') return withinDouble(value.value);
  const subject = entity.keys ? `numeric ${entity.name}: ${key}` : entity.name;
  throw new SearchError(
    `Expected numeric value type for ${subject}. Found ${quotation(value.text)}`,
    value.position,
    value.text,
    'a number without quotes, as in 0.5',
  );
}

/** MLflow keeps infinities as the largest numbers, and so compares with them. */
function withinDouble(value: number): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value));
}

function timeOf(value: ValueToken, definition: FieldDefinition, dialect: Dialect): number {
  if (dialect === 'mlflow' || value.kind !== 'string') return numberOf(value, definition);
  const time = dateInMs(value.value);
  if (time !== undefined) return time;
  throw new SearchError(
    `Expected a date or a number of milliseconds for ${definition.entity.name}: ${definition.key}. Found ${quotation(value.text)}`,
    value.position,
    value.text,
    "a date such as '2026-01-31' or '2026-01-31T12:00:00Z', or milliseconds since 1970",
  );
}

function textOf(value: ValueToken, { entity }: FieldDefinition): Literal {
  if (value.kind === 'string') return value;
  const allowed = "text in single or double quotes, as in 'lr'";
  const shown = quotation(value.text);
  if (value.kind === 'word') {
    throw new SearchError(
      `Parameter value is either not quoted or unidentified quote types used for string value ${shown}. Use either single or double quotes.`,
      value.position,
      value.text,
      allowed,
    );
  }
  const subject = entity.keys
    ? entity.name.startsWith('attribute')
      ? 'attributes'
      : `${entity.name} attributes`
    : entity.name;
  const example = entity.keys ? '' : " (e.g. 'my-value')";
  throw new SearchError(
    `Expected a quoted string value for ${subject}${example}. Got value ${shown}`,
    value.position,
    value.text,
    allowed,
  );
}

function refuseWildPattern({ value, position, text }: Literal): void {
  const percentSigns = value.length - value.replaceAll('%', '').length;
  if (percentSigns <= MAX_PERCENT_SIGNS) return;
  throw new SearchError(
    `The pattern ${quotation(text)} holds % ${percentSigns} times.`,
    position,
    text,
    `a pattern with at most ${MAX_PERCENT_SIGNS} of %`,
  );
}

function numberOperatorOf(clause: Clause & { kind: 'clause' }): NumberOperator {
  return operatorOf(clause, NUMBER_OPERATORS) as NumberOperator;
}

function operatorOf({ operator, operatorToken }: Clause & { kind: 'clause' }, allowed: readonly Operator[]): Operator {
  const found = allowed.find((one) => one === operator);
  if (found) return found;
  const shown = allowed.filter((one) => !(PRESENCE_OPERATORS as readonly string[]).includes(one));
  throw comparatorError(operator, shown, operatorToken);
}

function comparatorError(operator: string, allowed: readonly string[], { text, position }: Token): SearchError {
  return new SearchError(
    `Invalid comparator '${quotation(operator)}' not one of ${listing(allowed)}`,
    position,
    text,
    `one of: ${allowed.join(', ')}`,
  );
}

function presenceError(
  { entity, key }: FieldDefinition,
  clause: Clause,
  target: SearchTarget,
  dialect: Dialect,
): SearchError {
  const names =
    dialect === 'mlflow'
      ? target.entities
          .filter((one) => !one.keys && one.operators.includes('IS NULL'))
          .map(pluralOf)
          .reverse()
      : namesWith('IS NULL', target);
  const others = names.length === 0 ? 'not supported' : `only supported for ${AND.format(names)}, not`;
  return new SearchError(
    `IS NULL / IS NOT NULL is ${others} for '${entity.name}' '${quotation(key)}'`,
    clause.operatorToken.position,
    clause.operatorToken.text,
    'a comparison with a value',
  );
}

/** In MLflow's dialect: the attributes that take an operator. */
function bareKeysWith(operator: Operator, { entities, bare }: SearchTarget): string[] {
  const keys = entities.find(({ name }) => name === bare)?.keys ?? [];
  return keys.filter(({ operators }) => operators.includes(operator)).map(({ name }) => name);
}

/** In our dialect: whatever takes an operator, as a filter names it. */
function namesWith(operator: Operator, { entities, bare }: SearchTarget): string[] {
  const takes = (one: Pick<KnownKey, 'operators' | 'ownOperators'>) => operatorsIn('cellar', one).includes(operator);
  return entities.flatMap((entity) => {
    if (!entity.keys) return takes(entity) ? [pluralOf(entity)] : [];
    const prefix = entity.name === bare ? '' : `${entity.name}.`;
    return entity.keys.filter(takes).map(({ name }) => prefix + name);
  });
}

function pluralOf({ name }: Entity): string {
  return name === 'parameter' ? 'params' : `${name}s`;
}
