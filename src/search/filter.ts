import { check } from './check.js';
import type { Condition } from './nodes.js';
import { parse } from './parser.js';
import { SearchError } from './search-error.js';
import type { Dialect, SearchTarget } from './target.js';

/** The longest filter, in UTF-16 code units. */
export const MAX_FILTER = 131_072;

/**
 * Reads and checks a filter, in time that grows with its length.
 * @returns frozen nodes, or nothing where everything matches
 * @throws SearchError with MLflow's words and the place
 */
export function parseFilter(text: string, target: SearchTarget, dialect: Dialect): Condition | undefined {
  if (text.length > MAX_FILTER) {
    throw new SearchError(
      `The filter is ${text.length} characters long.`,
      MAX_FILTER,
      text.charAt(MAX_FILTER),
      `at most ${MAX_FILTER} characters`,
    );
  }
  if (dialect === 'mlflow' && text !== '' && text.trim() === '') {
    throw new SearchError(
      `Invalid filter '${text.slice(0, 20)}'. Could not be parsed.`,
      0,
      '',
      'a clause, or no text at all',
    );
  }
  const syntax = parse(text, dialect, target.hasWideKeys || dialect === 'cellar');
  return syntax && check(syntax, target, dialect);
}
