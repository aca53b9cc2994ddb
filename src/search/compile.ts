import type { Comparison, Condition } from './nodes.js';

/** Takes a value into a statement. @returns its placeholder: `$1`, `$2` and so on */
export type Parameter = (value: unknown) => string;

/** The values of one statement; each is known in the text by its number only. */
export class Parameters {
  readonly values: unknown[] = [];

  readonly add: Parameter = (value) => `$${this.values.push(value)}`;
}

/**
 * The most conditions of a filter that may become joins. The planner tries their orders, which takes a second for 20 of
 * them; `OFFSET 0` keeps it from joining the others, which are then asked of the rows that these leave.
 */
export const MOST_JOINED = 5;

/** How the owner of a target says a comparison in SQL. NULL counts as false. */
export type ComparisonSql = (comparison: Comparison, parameter: Parameter) => string;

/** Says a checked filter in SQL. No text of the filter stands in it, neither values nor keys: all are parameters. */
export function compile(
  condition: Condition | undefined,
  sqlOf: ComparisonSql,
  parameters = new Parameters(),
): { sql: string; values: unknown[] } {
  return { sql: condition ? visit(condition, sqlOf, parameters) : 'TRUE', values: parameters.values };
}

function visit(condition: Condition, sqlOf: ComparisonSql, parameters: Parameters): string {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const parts = condition.parts.map((part) => visit(part, sqlOf, parameters));
      return `(${parts.join(condition.kind === 'and' ? ' AND ' : ' OR ')})`;
    }
    case 'not':
      // NOT of NULL would be NULL again, and the row lost.
      return `(${visit(condition.part, sqlOf, parameters)} IS NOT TRUE)`;
    default:
      return `(${sqlOf(condition, parameters.add)})`;
  }
}
