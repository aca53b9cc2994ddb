import fc from 'fast-check';
import { RUN_TARGET } from '../src/runs/run-target.js';
import { compile } from '../src/search/compile.js';
import { parseFilter } from '../src/search/filter.js';
import type { Comparison, Condition } from '../src/search/nodes.js';
import { parseOrder } from '../src/search/order.js';
import { SearchError } from '../src/search/search-error.js';
import type { Dialect } from '../src/search/target.js';
import { evaluate } from './search-evaluator.js';

const dialects = fc.constantFrom<Dialect>('mlflow', 'cellar');
const PIECES = [
  ['metrics.a', 'params.b', 'tags.`c d`', 'start_time', 'run_id', 'dataset.name', 'foo.x', '`', '"', "'"],
  ['=', '!=', '<', '>=', '==', 'LIKE', 'ilike', 'IN', 'NOT', 'IS', 'NULL', 'AND', 'OR', '(', ')', ',', ';'],
  ['1', '-.5', '1e9', "'x'", '"y"', "'%_'", ' ', '.', '-', '\0', '🦜', '\uD83E', '\n', '\\'],
].flat();
/** Texts that are nearly filters, and any other. */
const texts = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join(' ')),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

/** A condition and a text that says it. */
interface Sample {
  text: string;
  /** Its meaning, given which keys are "on". */
  meaning: (on: ReadonlySet<string>) => boolean;
}
const leaf: fc.Arbitrary<Sample> = fc.constantFrom('a', 'b', 'c', 'd').map((key) => ({
  text: `params.${key} = 'on'`,
  meaning: (on: ReadonlySet<string>) => on.has(key),
}));
const { sample } = fc.letrec<{ sample: Sample }>((tie) => ({
  sample: fc.oneof(
    { maxDepth: 5 },
    leaf,
    tie('sample').map(({ text, meaning }) => ({
      text: `NOT (${text})`,
      meaning: (on: ReadonlySet<string>) => !meaning(on),
    })),
    fc.tuple(tie('sample'), tie('sample')).map(([left, right]) => ({
      text: `(${left.text}) AND (${right.text})`,
      meaning: (on: ReadonlySet<string>) => left.meaning(on) && right.meaning(on),
    })),
    fc.tuple(tie('sample'), tie('sample')).map(([left, right]) => ({
      text: `(${left.text}) or (${right.text})`,
      meaning: (on: ReadonlySet<string>) => left.meaning(on) || right.meaning(on),
    })),
  ),
}));

const sqlOf = (comparison: Comparison, parameter: (value: unknown) => string) =>
  'value' in comparison
    ? `x(${parameter(comparison.key)}, ${parameter(comparison.value)})`
    : `x(${parameter(comparison.key)})`;

function comparisonsOf(condition: Condition | undefined): Comparison[] {
  const comparisons: Comparison[] = [];
  // Of OR, the evaluation asks for every part only while none of them is true.
  evaluate(condition, (comparison) => comparisons.push(comparison) === 0);
  return comparisons;
}

it('reads any text, or refuses it and says where', () => {
  fc.assert(
    fc.property(texts, dialects, (text, dialect) => {
      try {
        parseFilter(text, RUN_TARGET, dialect);
      } catch (error) {
        if (!(error instanceof SearchError)) throw error;
        expect(error.position).toBeGreaterThanOrEqual(0);
        expect(error.position).toBeLessThanOrEqual(text.length);
        expect(error.message.isWellFormed()).toBe(true);
        if (!error.found.startsWith('\\u')) expect(text.startsWith(error.found, error.position)).toBe(true);
      }
    }),
    { numRuns: 5_000 },
  );
});

it('reads any entry of an order, or refuses it', () => {
  fc.assert(
    fc.property(fc.array(texts, { maxLength: 3 }), (entries) => {
      try {
        parseOrder(entries, RUN_TARGET, 'cellar');
      } catch (error) {
        if (!(error instanceof SearchError)) throw error;
      }
    }),
    { numRuns: 1_000 },
  );
});

it('reads for MLflow only what it also reads for us', () => {
  fc.assert(
    fc.property(texts, (text) => {
      let condition: Condition | undefined;
      try {
        condition = parseFilter(text, RUN_TARGET, 'mlflow');
      } catch {
        return;
      }
      expect(parseFilter(text, RUN_TARGET, 'cellar')).toEqual(condition);
    }),
    { numRuns: 5_000 },
  );
});

it('has a placeholder for each value, and nothing of the input in the SQL', () => {
  const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => !/["`\0]/.test(text));
  const clause = fc.tuple(word, word).map(([key, value]) => `params.\`@${key}\` = "@${value}"`);
  fc.assert(
    fc.property(fc.array(clause, { minLength: 1, maxLength: 10 }), (clauses) => {
      const condition = parseFilter(clauses.join(' OR '), RUN_TARGET, 'cellar');
      const { sql, values } = compile(condition, sqlOf);
      expect(sql).not.toContain('@');
      expect([...sql.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number))).toEqual(
        values.map((_, index) => index + 1),
      );
      expect(values).toEqual(
        comparisonsOf(condition).flatMap((one) => ('value' in one ? [one.key, one.value] : [one.key])),
      );
    }),
  );
});

it('keeps what AND, OR, NOT and parentheses mean', () => {
  fc.assert(
    fc.property(sample, fc.subarray(['a', 'b', 'c', 'd']), ({ text, meaning }, keys) => {
      const on = new Set(keys);
      const condition = parseFilter(text, RUN_TARGET, 'cellar');
      expect(evaluate(condition, ({ key }) => on.has(key))).toBe(meaning(on));
    }),
  );
});

it.each([
  '('.repeat(10_000),
  'NOT '.repeat(2_500),
  `'${"''".repeat(5_000)}`,
  '1.2.3'.repeat(2_000),
  '-1'.repeat(5_000),
  '`'.repeat(9_999),
])('refuses hostile texts without running out of stack', (text) => {
  for (const dialect of ['mlflow', 'cellar'] as const) {
    expect(() => parseFilter(text, RUN_TARGET, dialect)).toThrow(SearchError);
  }
});
