import type { Comparison, Condition } from '../src/search/nodes.js';

/** What an evaluation asks of one row: whether a comparison is true of it. */
export type Judge = (comparison: Comparison) => boolean;

/** The plain meaning of a condition, to compare the database with. */
export function evaluate(condition: Condition | undefined, judge: Judge): boolean {
  if (condition === undefined) return true;
  switch (condition.kind) {
    case 'and':
      return condition.parts.every((part) => evaluate(part, judge));
    case 'or':
      return condition.parts.some((part) => evaluate(part, judge));
    case 'not':
      return !evaluate(condition.part, judge);
    default:
      return judge(condition);
  }
}

/** Whether a comparison is true of a text; `undefined` is a text that the row lacks. */
export function judgeText(comparison: Comparison, text: string | undefined): boolean {
  if (comparison.kind === 'presence') return (text === undefined) === (comparison.operator === 'IS NULL');
  if (text === undefined) return false;
  switch (comparison.kind) {
    case 'list':
      return comparison.value.includes(text) === (comparison.operator === 'IN');
    case 'text':
      if (comparison.operator === '=') return text === comparison.value;
      if (comparison.operator === '!=') return text !== comparison.value;
      return isLike(text, comparison.value, comparison.operator === 'ILIKE');
    case 'number':
      return isDecimal(text) && judgeNumber(comparison, Number(text));
    case 'time':
      return false;
  }
}

/** Whether a comparison is true of a number; `undefined` is a number that the row lacks. */
export function judgeNumber(comparison: Comparison, given: number | undefined): boolean {
  if (comparison.kind === 'presence') return (given === undefined) === (comparison.operator === 'IS NULL');
  if (given === undefined || (comparison.kind !== 'number' && comparison.kind !== 'time')) return false;
  const number = Number.isNaN(given) ? given : Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, given));
  switch (comparison.operator) {
    case '=':
      return number === comparison.value;
    case '!=':
      return number !== comparison.value;
    case '<':
      return number < comparison.value;
    case '<=':
      return number <= comparison.value;
    case '>':
      return number > comparison.value;
    case '>=':
      return number >= comparison.value;
  }
}

export const isDecimal = (text: string) => /^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?$/.test(text);

/** Character by character: for each place of the pattern, which places of the text it can have reached. */
function isLike(given: string, givenPattern: string, ignoresCase: boolean): boolean {
  const fold = (text: string) => Array.from(ignoresCase ? text.toLowerCase() : text);
  const text = fold(given);
  let reached = new Set([0]);
  for (const sign of fold(givenPattern)) {
    const next = new Set<number>();
    for (const at of reached) {
      if (sign === '%') for (let to = at; to <= text.length; to += 1) next.add(to);
      else if (at < text.length && (sign === '_' || sign === text[at])) next.add(at + 1);
    }
    reached = next;
  }
  return reached.has(text.length);
}
