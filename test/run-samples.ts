import fc from 'fast-check';
import type { SearchedRun } from './run-evaluator.js';

const LONG = 'x'.repeat(199);
/** Equal heads, code points whose order is not that of UTF-16, letters whose order depends on the language, numbers. */
const TEXTS = [
  [
    '',
    '1',
    '10',
    '9',
    '0.1',
    '0.10',
    '+1e1',
    '9'.repeat(199),
    '8'.repeat(205),
    '1e-3',
    '-2',
    'NaN',
    'R09',
    'r01',
    'ä',
    'z',
    '🦜',
    '\uFFFD',
    "it's",
    'a"b',
    '\\',
    'x%y_z',
  ],
  [LONG, `${LONG}y`, `${LONG}ya`, `${LONG}yb`, `${LONG}🦜a`, `${LONG}🦜`],
].flat();
const KEYS = ['a', 'b', "it's", 'x"y', 'per.iod', '🦜'];
const NUMBERS = [0, -0, 1, -1, 0.5, 1e-9, Number.NaN, Infinity, -Infinity, Number.MAX_VALUE, -Number.MAX_VALUE];
const TIMES = [0, 5, 6, 1_795_475_721_970, 1_795_475_721_971];

const text = fc.constantFrom(...TEXTS);
const keys = fc.constantFrom(...KEYS);
const labels = fc.dictionary(keys, text, { maxKeys: 4, noNullPrototype: true });
const time = fc.option(fc.constantFrom(...TIMES));

/** A run of either experiment; its id is given when it is written. */
export const runs: fc.Arbitrary<Omit<SearchedRun, 'experiment'>> = fc.record({
  id: fc.uuid().map((id) => id.replaceAll('-', '')),
  name: text,
  status: fc.constantFrom('RUNNING', 'FINISHED', 'FAILED'),
  user: text,
  start: time,
  end: time,
  lifecycle: fc.constantFrom<'active' | 'deleted'>('active', 'active', 'active', 'deleted'),
  parameters: labels,
  tags: labels,
  metrics: fc.dictionary(keys, fc.constantFrom(...NUMBERS), { maxKeys: 4, noNullPrototype: true }),
  datasets: fc.uniqueArray(
    fc.record({ name: text, digest: fc.constantFrom('1', '2'), context: fc.option(fc.constantFrom('train', 'eval')) }),
    { maxLength: 2, selector: ({ name, digest }) => `${digest}${name}` },
  ),
});

const numberOperator = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');
const textOperator = fc.constantFrom('=', '!=', 'LIKE', 'ILIKE');
const quoted = (value: string) => (value.includes("'") ? `"${value}"` : `'${value}'`);
const number = fc.constantFrom(
  '0',
  '-1',
  '.5',
  '1e-9',
  '1',
  '1e400',
  '-1e400',
  '1.7976931348623157e308',
  '-1.7976931348623157e308',
);
const value = fc.oneof(text, fc.constantFrom('%', '_', '%1%', 'R%', 'r__', '%\\%', '%🦜%', '_%Y%', 'x%')).map(quoted);
const list = fc.array(value, { minLength: 1, maxLength: 3 }).map((values) => `(${values.join(', ')})`);
const when = fc.constantFrom(
  '0',
  '5',
  '5.5',
  '-1e99',
  '1e99',
  '1795475721970',
  "'1970-01-01'",
  "'2026-11-24T10:00:00+01:00'",
);
const words = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((all) => all.join(' '));
const keyOf = (entity: string) => keys.map((key) => `${entity}.\`${key}\``);

/** One clause; `ids` are those of the runs there are. */
function clauses(ids: string[]): fc.Arbitrary<string> {
  const id = fc.constantFrom(...ids, 'no-id').map(quoted);
  const label = fc.oneof(keyOf('params'), keyOf('tags'));
  const attribute = fc.constantFrom('status', 'run_name', 'user_id', 'artifact_uri', 'tags.mlflow.runName');
  const dataset = fc.constantFrom('dataset.name', 'dataset.digest', 'dataset.context');
  return fc.oneof(
    words(keyOf('metrics'), numberOperator, number),
    words(label, textOperator, value),
    words(
      fc.oneof(label, keyOf('metrics'), fc.constantFrom('start_time', 'end_time')),
      fc.constantFrom('IS NULL', 'IS NOT NULL'),
    ),
    words(keyOf('params'), numberOperator, number),
    words(attribute, textOperator, value),
    words(fc.constant('status'), textOperator, fc.constantFrom("'FINISHED'", "'finish%'", "'F%'")),
    words(fc.constant('run_id'), fc.constantFrom('=', '!='), id),
    words(
      fc.constant('run_id'),
      fc.constantFrom('IN', 'NOT IN'),
      fc.array(id, { minLength: 1, maxLength: 3 }).map((all) => `(${all.join(', ')})`),
    ),
    words(fc.constant('run_id'), fc.constant('LIKE'), fc.constantFrom("'%a%'", "'0%'")),
    words(fc.constantFrom('start_time', 'end_time'), numberOperator, when),
    words(dataset, textOperator, fc.oneof(value, fc.constantFrom("'train'", "'t%'", "'1'"))),
    words(fc.oneof(label, attribute, dataset), fc.constantFrom('IN', 'NOT IN'), list),
    words(fc.constant('status'), fc.constantFrom('IN', 'NOT IN'), fc.constant("('FINISHED', 'FAILED')")),
  );
}

/** A filter, in words. */
export function filters(ids: string[]): fc.Arbitrary<string> {
  const clause = clauses(ids);
  const group = fc.tuple(fc.constantFrom(' AND ', ' OR '), fc.array(clause, { minLength: 1, maxLength: 3 }));
  const side = group.map(([joint, all]) => `(${all.join(joint)})`);
  return fc.oneof(
    fc.constant(''),
    clause,
    side,
    side.map((one) => `NOT ${one}`),
    fc.tuple(side, side).map(([one, other]) => `${one} AND NOT ${other}`),
  );
}

/** Entries of an order. */
export const orders: fc.Arbitrary<string[]> = fc
  .uniqueArray(
    fc.oneof(
      keyOf('metrics'),
      keyOf('params'),
      keyOf('params').map((key) => `number(${key})`),
      keyOf('tags'),
      fc.constantFrom(
        'status',
        'run_name',
        'user_id',
        'artifact_uri',
        'run_id',
        'start_time',
        'end_time',
        'tags.mlflow.runName',
      ),
    ),
    // A key is taken once, as whatever.
    { maxLength: 3, selector: (field) => field.replace(/^number\((.*)\)$/, '$1') },
  )
  .chain((fields) =>
    fc
      .tuple(...fields.map((field) => fc.constantFrom(field, `${field} DESC`, `${field} asc`)))
      .map((entries) => [...entries]),
  );
