import { EXPERIMENT_TARGET } from '../src/experiments/experiment-target.js';
import { RUN_TARGET } from '../src/runs/run-target.js';
import { compile } from '../src/search/compile.js';
import { MAX_FILTER, parseFilter } from '../src/search/filter.js';
import type { Comparison, Condition } from '../src/search/nodes.js';
import { parseOrder } from '../src/search/order.js';
import { refusalOf, SearchError } from '../src/search/search-error.js';
import type { Dialect, SearchTarget } from '../src/search/target.js';

const metric = (key: string, operator: string, value: number) => ({
  kind: 'number',
  entity: 'metric',
  key,
  operator,
  value,
});
const parameter = (key: string, operator: string, value: string) => ({
  kind: 'text',
  entity: 'parameter',
  key,
  operator,
  value,
});
const tag = (key: string, operator: string, value: string) => ({ kind: 'text', entity: 'tag', key, operator, value });
const attribute = (key: string, operator: string, value: string) => ({
  kind: 'text',
  entity: 'attribute',
  key,
  operator,
  value,
});
const time = (key: string, operator: string, value: number) => ({
  kind: 'time',
  entity: 'attribute',
  key,
  operator,
  value,
});
const list = (entity: string, key: string, operator: string, ...value: string[]) => ({
  kind: 'list',
  entity,
  key,
  operator,
  value,
});

function errorOf(work: () => unknown): SearchError {
  try {
    work();
  } catch (error) {
    if (error instanceof SearchError) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}

const VALID: [string, unknown][] = [
  ['metrics.acc > 0.9', metric('acc', '>', 0.9)],
  ['metric.acc>=-2', metric('acc', '>=', -2)],
  ['metrics.acc < .5', metric('acc', '<', 0.5)],
  ['metrics.acc <= 1e-9', metric('acc', '<=', 1e-9)],
  ['metrics.acc = 5.', metric('acc', '=', 5)],
  ['metrics.acc != 1e400', metric('acc', '!=', Number.MAX_VALUE)],
  ['metrics.acc > -1e999', metric('acc', '>', -Number.MAX_VALUE)],
  ['metrics.`val/loss` < 1', metric('val/loss', '<', 1)],
  ['metrics."val loss" < 1', metric('val loss', '<', 1)],
  ["metrics.'val loss' < 1", metric('val loss', '<', 1)],
  ['`metrics`.`a.b` < 1', metric('a.b', '<', 1)],
  ['`metrics`.a.b < 1', metric('a.b', '<', 1)],
  ['metrics.größe = 1', metric('größe', '=', 1)],
  ['metrics.1 = 1', metric('1', '=', 1)],
  ['metrics.and = 1', metric('and', '=', 1)],
  ["params.a.b = 'x'", parameter('a.b', '=', 'x')],
  ["param.a != 'x'", parameter('a', '!=', 'x')],
  ["parameter.a like '%x_'", parameter('a', 'LIKE', '%x_')],
  ['parameters.a iLike "%x"', parameter('a', 'ILIKE', '%x')],
  [`params.a LIKE '%${'_'.repeat(100)}'`, parameter('a', 'LIKE', `%${'_'.repeat(100)}`)],
  ["params.a = 'it''s'", parameter('a', '=', "it''s")],
  ['params.a = "it\'s"', parameter('a', '=', "it's")],
  ["params.a = 'b\\'", parameter('a', '=', 'b\\')],
  ["params.a = ''", parameter('a', '=', '')],
  ["params.a = 'x; y, (z) OR NOT'", parameter('a', '=', 'x; y, (z) OR NOT')],
  ["params.a = '🦜'", parameter('a', '=', '🦜')],
  ['params.a IS NULL', { kind: 'presence', entity: 'parameter', key: 'a', operator: 'IS NULL' }],
  ['tags.`a b` is  not\nnull', { kind: 'presence', entity: 'tag', key: 'a b', operator: 'IS NOT NULL' }],
  ["tags.mlflow.runName = 'x'", tag('mlflow.runName', '=', 'x')],
  ["tag.a = 'x'", tag('a', '=', 'x')],
  ["status = 'FINISHED'", attribute('status', '=', 'FINISHED')],
  ["attributes.user_id = 'x'", attribute('user_id', '=', 'x')],
  ["attr.run_name = 'x'", attribute('run_name', '=', 'x')],
  ["run.artifact_uri LIKE 'x'", attribute('artifact_uri', 'LIKE', 'x')],
  ["`run name` = 'x'", attribute('run_name', '=', 'x')],
  ["attribute.`Run Name` = 'x'", attribute('run_name', '=', 'x')],
  ['"Run name" = \'x\'', attribute('run_name', '=', 'x')],
  ['run_id IN (\'a\', "b")', list('attribute', 'run_id', 'IN', 'a', 'b')],
  ["run_id not in('a')", list('attribute', 'run_id', 'NOT IN', 'a')],
  ['start_time > 1795475721970', time('start_time', '>', 1795475721970)],
  ['Created <= 1.5', time('start_time', '<=', 1.5)],
  ['end_time != 0', time('end_time', '!=', 0)],
  ["dataset.name = 'd'", { ...attribute('name', '=', 'd'), entity: 'dataset' }],
  ["datasets.context NOT IN ('a','b')", list('dataset', 'context', 'NOT IN', 'a', 'b')],
  [
    'metrics.a > 1 and metrics.b > 2 AND metrics.c > 3',
    { kind: 'and', parts: [metric('a', '>', 1), metric('b', '>', 2), metric('c', '>', 3)] },
  ],
  ['AND metrics.a > 1 AND', metric('a', '>', 1)],
  ['\tmetrics.a\n>\r1 ', metric('a', '>', 1)],
];

const invalidClause = (text: string) => `Invalid clause(s) in filter string: '${text}'`;
const RUN_KEYS =
  "['status', 'artifact_uri', 'run_name', 'run name', 'Run name', 'Run Name', 'user_id', 'run_id', 'start_time', 'created', 'Created', 'end_time']";

/** Filter, message, position. */
const INVALID: [string, string, number][] = [
  [
    "foo.a = 'x'",
    "Invalid entity type 'foo'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']",
    0,
  ],
  [
    "Params.a = 'x'",
    "Invalid entity type 'Params'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']",
    0,
  ],
  ['acc > 0.5', `Invalid attribute key 'acc' specified. Valid keys are ${RUN_KEYS}`, 0],
  ["lifecycle_stage = 'active'", `Invalid attribute key 'lifecycle_stage' specified. Valid keys are ${RUN_KEYS}`, 0],
  ["metrics.a > 1 AND run_uuid = 'x'", `Invalid attribute key 'run_uuid' specified. Valid keys are ${RUN_KEYS}`, 18],
  ["dataset.source = 'x'", "Invalid dataset key 'source' specified. Valid keys are ['name', 'digest', 'context']", 0],
  ["metrics.acc > 'a'", "Expected numeric value type for metric. Found 'a'", 14],
  ['metrics.acc > NaN', 'Expected numeric value type for metric. Found NaN', 14],
  ['metrics.acc > 0x1f', 'Expected numeric value type for metric. Found 0x1f', 14],
  ["start_time > 'abc'", "Expected numeric value type for numeric attribute: start_time. Found 'abc'", 13],
  [
    'params.a = lr',
    'Parameter value is either not quoted or unidentified quote types used for string value lr. Use either single or double quotes.',
    11,
  ],
  [
    'tags.a = `lr`',
    'Parameter value is either not quoted or unidentified quote types used for string value `lr`. Use either single or double quotes.',
    9,
  ],
  ['params.a = 0.1', "Expected a quoted string value for parameter (e.g. 'my-value'). Got value 0.1", 11],
  ['tags.a = 1', "Expected a quoted string value for tag (e.g. 'my-value'). Got value 1", 9],
  ['status = 1', 'Expected a quoted string value for attributes. Got value 1', 9],
  ['dataset.name = 1', 'Expected a quoted string value for dataset attributes. Got value 1', 15],
  ["params.a > '1'", "Invalid comparator '>' not one of ['=', '!=', 'LIKE', 'ILIKE']", 9],
  ["params.a == '1'", "Invalid comparator '==' not one of ['=', '!=', 'LIKE', 'ILIKE']", 9],
  ['metrics.a <> 1', "Invalid comparator '<>' not one of ['=', '!=', '<', '<=', '>', '>=']", 10],
  ['metrics.a like 1', "Invalid comparator 'LIKE' not one of ['=', '!=', '<', '<=', '>', '>=']", 10],
  ["run_id = ('a')", "Invalid comparator '=' not one of ['IN', 'NOT IN']", 7],
  ['metrics.a > 1 OR metrics.b > 1', invalidClause('OR'), 14],
  ['NOT metrics.a > 1', invalidClause('NOT'), 0],
  ['(metrics.a > 1)', invalidClause('('), 0],
  ['metrics.a > 1, metrics.b > 1', invalidClause(','), 13],
  ['metrics.a > 1)', invalidClause(')'), 13],
  ['metrics.a > 1;', invalidClause(';'), 13],
  ["params.a = 'x", invalidClause("'x"), 11],
  ['params.`a = 1', invalidClause('`a = 1'), 7],
  ['metrics.a-b > 1', invalidClause('metrics.a-'), 9],
  ['metrics.a/b > 1', invalidClause('metrics.a/'), 9],
  ['metrics. > 1', invalidClause('metrics.'), 0],
  ['metrics.a', invalidClause('metrics.a'), 9],
  ['metrics.a >', invalidClause('metrics.a >'), 11],
  ['metrics.a > AND metrics.b > 1', invalidClause('metrics.a > AND'), 12],
  ['metrics.a > metrics.b', 'Expected numeric value type for metric. Found metrics.b', 12],
  ['metrics.a > 1 metrics.b > 1', invalidClause('metrics.b'), 14],
  ['metrics.a > 1 AND AND metrics.b > 1', invalidClause('AND'), 18],
  ['tags.a IS 1', invalidClause('tags.a IS 1'), 10],
  ["run_id NOT LIKE 'a'", invalidClause('run_id NOT LIKE'), 11],
  ['0.5 < metrics.a', "Invalid comparison clause. Expected 'Identifier' found '0.5'", 0],
  ["'x' = params.a", "Invalid comparison clause. Expected 'Identifier' found ''x''", 0],
  [
    'metrics.a > 1; metrics.b > 1',
    "Search filter contained multiple expression 'metrics.a > 1; metrics.b > 1'. Provide AND-ed expression list.",
    13,
  ],
  ["params.a IN ('x')", "Only ['run_id'] attributes support comparison with a list of quoted string values.", 12],
  ["status NOT IN ('x')", "Only ['run_id'] attributes support comparison with a list of quoted string values.", 14],
  ["metrics.a = ('x')", "Only ['run_id'] attributes support comparison with a list of quoted string values.", 12],
  ['metrics.acc IS NULL', "IS NULL / IS NOT NULL is only supported for tags and params, not for 'metric' 'acc'", 12],
  [
    'end_time IS NOT NULL',
    "IS NULL / IS NOT NULL is only supported for tags and params, not for 'attribute' 'end_time'",
    9,
  ],
  [
    'run_id IN ()',
    'While parsing a list in the query, expected a non-empty list of string values, but got empty list',
    11,
  ],
  [
    "run_id IN ('a', 1)",
    'While parsing a list in the query, expected string value, punctuation, or whitespace, but got different type in list: 1',
    16,
  ],
  [
    "run_id IN 'a'",
    "While parsing a list in the query, expected string value, punctuation, or whitespace, but got different type in list: 'a'",
    10,
  ],
  [
    "run_id IN ('a' 'b')",
    "While parsing a list in the query, expected a comma or a closing parenthesis, but got 'b'",
    15,
  ],
  [
    "run_id IN ('a'",
    'While parsing a list in the query, expected a comma or a closing parenthesis, but got the end',
    14,
  ],
  ['   ', "Invalid filter '   '. Could not be parsed.", 0],
  ["params.a = 'x\0y'", "Invalid character \\u0000 in 'params.a = 'x\uFFFDy''.", 13],
  ["params.a = 'x\uD83E'", "Invalid character \\ud83e in 'params.a = 'x\uFFFD''.", 13],
  [`params.a LIKE '${'%_'.repeat(21)}'`, `The pattern '${'%_'.repeat(21)}' holds % 21 times.`, 14],
  [Array(201).fill('metrics.a>1').join(' AND '), 'The filter has more than 200 clauses.', 200 * 16],
  [' '.repeat(MAX_FILTER + 1), `The filter is ${MAX_FILTER + 1} characters long.`, MAX_FILTER],
];

describe('the language of MLflow', () => {
  it.each(VALID)('reads %s', (text, expected) => {
    expect(parseFilter(text, RUN_TARGET, 'mlflow')).toEqual(expected);
  });

  it.each(VALID)('is part of ours: %s', (text, expected) => {
    expect(parseFilter(text, RUN_TARGET, 'cellar')).toEqual(expected);
  });

  it.each(INVALID)('refuses %s', (text, message, position) => {
    const error = errorOf(() => parseFilter(text, RUN_TARGET, 'mlflow'));
    expect(error.message).toBe(message);
    expect(error.position).toBe(position);
    expect(error.allowed).not.toBe('');
  });

  it.each(['', 'AND', ' and AND '])('lets %j match everything', (text) => {
    expect(parseFilter(text, RUN_TARGET, 'mlflow')).toBeUndefined();
  });

  const parrots = '🦜'.repeat(1_000);
  it.each([
    `params.a = '${parrots}`,
    `params.a = \`${parrots}\``,
    `\`${parrots}\` = 'x'`,
    `\`${parrots}\`.a = 'x'`,
    `params.a ${'='.repeat(1_000)} 'x'`,
    `metrics.\`${parrots}\` IS NULL`,
  ])('cuts what it repeats: %#', (text) => {
    const error = errorOf(() => parseFilter(text, RUN_TARGET, 'mlflow'));
    expect(error.message.length).toBeLessThan(500);
    expect(error.message.isWellFormed()).toBe(true);
    expect(refusalOf(error, 'filter').details[0].reason.length).toBeLessThan(300);
  });
});

describe('our language', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((key) => metric(key, '>', 1));

  it.each<[string, unknown]>([
    ['metrics.a>1 OR metrics.b>1 AND metrics.c>1', { kind: 'or', parts: [a, { kind: 'and', parts: [b, c] }] }],
    ['(metrics.a>1 or metrics.b>1) AND metrics.c>1', { kind: 'and', parts: [{ kind: 'or', parts: [a, b] }, c] }],
    ['NOT metrics.a>1 AND metrics.b>1', { kind: 'and', parts: [{ kind: 'not', part: a }, b] }],
    ['not (metrics.a>1 OR metrics.b>1)', { kind: 'not', part: { kind: 'or', parts: [a, b] } }],
    ['NOT NOT metrics.a>1', { kind: 'not', part: { kind: 'not', part: a } }],
    [`${'('.repeat(50)}metrics.a>1${')'.repeat(50)}`, a],
    ['params.alpha > 0.1', { ...metric('alpha', '>', 0.1), entity: 'parameter' }],
    ["start_time >= '2026-01-31'", time('start_time', '>=', Date.UTC(2026, 0, 31))],
    ["start_time < '2026-01-31T12:30'", time('start_time', '<', Date.UTC(2026, 0, 31, 12, 30))],
    ["end_time < '2026-01-31 12:30:15.5+02:00'", time('end_time', '<', Date.UTC(2026, 0, 31, 10, 30, 15, 500))],
    ['end_time < 5', time('end_time', '<', 5)],
    ['end_time IS NULL', { kind: 'presence', entity: 'attribute', key: 'end_time', operator: 'IS NULL' }],
    ['metrics.a IS NOT NULL', { kind: 'presence', entity: 'metric', key: 'a', operator: 'IS NOT NULL' }],
    ['metrics.val/loss-1 < 1', metric('val/loss-1', '<', 1)],
    ["status IN ('FINISHED', 'FAILED')", list('attribute', 'status', 'IN', 'FINISHED', 'FAILED')],
    ["params.a-b NOT IN ('1')", list('parameter', 'a-b', 'NOT IN', '1')],
  ])('reads %s', (text, expected) => {
    expect(parseFilter(text, RUN_TARGET, 'cellar')).toEqual(expected);
  });

  it('lets blanks match everything', () => {
    expect(parseFilter('  ', RUN_TARGET, 'cellar')).toBeUndefined();
  });

  it.each<[string, string, number]>([
    ['metrics.a>1 OR', invalidClause(''), 14],
    ['OR metrics.a>1', invalidClause('OR'), 0],
    ['(metrics.a>1', invalidClause(''), 12],
    ['(metrics.a>1 AND)', invalidClause(')'), 16],
    ['()', invalidClause(')'), 1],
    ['metrics.a>1)', invalidClause(')'), 11],
    ['NOT', invalidClause(''), 3],
    ['metrics.a>1 NOT metrics.b>1', invalidClause('NOT'), 12],
    ['('.repeat(51), 'The filter nests deeper than 50 levels.', 50],
    ['NOT '.repeat(51), 'The filter nests deeper than 50 levels.', 200],
    [
      "start_time > '2026-02-30'",
      "Expected a date or a number of milliseconds for attribute: start_time. Found '2026-02-30'",
      13,
    ],
    [
      "start_time > '2026-01-31T25:00'",
      "Expected a date or a number of milliseconds for attribute: start_time. Found '2026-01-31T25:00'",
      13,
    ],
    [
      'status IS NULL',
      "IS NULL / IS NOT NULL is only supported for metrics, params, tags, start_time and end_time, not for 'attribute' 'status'",
      7,
    ],
    [
      "end_time IN ('x')",
      'Only params, tags, status, artifact_uri, run_name, user_id, run_id, dataset.name, dataset.digest and dataset.context can be compared with a list of quoted texts.',
      12,
    ],
    ['tags.a > 0.1', "Expected a quoted string value for tag (e.g. 'my-value'). Got value 0.1", 9],
  ])('refuses %s', (text, message, position) => {
    const error = errorOf(() => parseFilter(text, RUN_TARGET, 'cellar'));
    expect(error.message).toBe(message);
    expect(error.position).toBe(position);
  });
});

describe('other targets', () => {
  const read = (text: string, dialect: Dialect = 'mlflow', target: SearchTarget = EXPERIMENT_TARGET) =>
    parseFilter(text, target, dialect);

  it('have keys and operators of their own', () => {
    expect(read("attribute.name ILIKE 'a%'")).toEqual(attribute('name', 'ILIKE', 'a%'));
    expect(read("experiment_id IN ('1')")).toEqual(list('attribute', 'experiment_id', 'IN', '1'));
    expect(read('creation_time > 5')).toEqual(time('creation_time', '>', 5));
    expect(errorOf(() => read("experiment_id LIKE '1'")).message).toBe(
      "Invalid comparator 'LIKE' not one of ['=', '!=', 'IN', 'NOT IN']",
    );
    expect(errorOf(() => read('metrics.a > 1')).message).toBe(
      "Invalid entity type 'metrics'. Valid values are ['attribute', 'tag']",
    );
    expect(errorOf(() => read("name IN ('1')")).message).toBe(
      "Only ['experiment_id'] attributes support comparison with a list of quoted string values.",
    );
  });
});

describe('order_by', () => {
  const key = (entity: string, name: string, direction: string) => ({ entity, key: name, direction });

  it.each<[string, unknown]>([
    ['metrics.acc', key('metric', 'acc', 'asc')],
    ['metrics.`val/loss` desc', key('metric', 'val/loss', 'desc')],
    ['params."a b"  ASC', key('parameter', 'a b', 'asc')],
    ['tags.mlflow.runName Desc', key('tag', 'mlflow.runName', 'desc')],
    [' created DESC ', key('attribute', 'start_time', 'desc')],
    ['attribute.run_id', key('attribute', 'run_id', 'asc')],
  ])('reads %s', (entry, expected) => {
    expect(parseOrder([entry], RUN_TARGET, 'mlflow')).toEqual([expected]);
  });

  const unreadable = (entry: string) => `Invalid order_by clause '${entry}'. Could not be parsed.`;
  const ORDER_KEYS =
    "['status', 'artifact_uri', 'run_name', 'user_id', 'run_id', 'start_time', 'created', 'Created', 'end_time']";

  it.each<[string, string, number]>([
    ['', unreadable(''), 0],
    ['metrics.a, metrics.b', unreadable('metrics.a, metrics.b'), 9],
    ['metrics.a DESC DESC', unreadable('metrics.a DESC DESC'), 15],
    ['metrics.`a', unreadable('metrics.`a'), 8],
    ['metrics.a-b', unreadable('metrics.a-b'), 9],
    ['number(params.a)', unreadable('number(params.a)'), 6],
    ['metrics.', unreadable('metrics.'), 0],
    ["'a'", unreadable("'a'"), 0],
    ['metrics.a down', "Invalid ordering key in order_by clause 'metrics.a down'.", 10],
    ['run name', `Invalid attribute key 'run' specified. Valid keys are ${ORDER_KEYS}`, 0],
    ['`run name`', `Invalid attribute key 'run name' specified. Valid keys are ${ORDER_KEYS}`, 0],
    ['lifecycle_stage', `Invalid attribute key 'lifecycle_stage' specified. Valid keys are ${ORDER_KEYS}`, 0],
    ['dataset.name', "Invalid order_by entity type 'dataset'", 0],
    ['foo.a', "Invalid entity type 'foo'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']", 0],
  ])('refuses %j', (entry, message, position) => {
    const error = errorOf(() => parseOrder([entry], RUN_TARGET, 'mlflow'));
    expect(error.message).toBe(message);
    expect(error.position).toBe(position);
  });

  it('takes parameters as numbers in our dialect, where keys may be wide', () => {
    const entries = ['number(params.a-b) DESC', 'Number ( params."c d" )', 'tags.c/d', 'metrics.e'];
    expect(parseOrder(entries, RUN_TARGET, 'cellar')).toEqual([
      { ...key('parameter', 'a-b', 'desc'), asNumber: true },
      { ...key('parameter', 'c d', 'asc'), asNumber: true },
      key('tag', 'c/d', 'asc'),
      key('metric', 'e', 'asc'),
    ]);
  });

  it.each<[string, string, number]>([
    ['number(params.a', unreadable('number(params.a'), 15],
    ['number(params.a DESC)', unreadable('number(params.a DESC)'), 16],
    ['number()', unreadable('number()'), 7],
    ['number(params.a) DESC DESC', unreadable('number(params.a) DESC DESC'), 22],
    ['number(metrics.a)', "Only texts are ordered as numbers, and not 'metric'.", 0],
    ['number', `Invalid attribute key 'number' specified. Valid keys are ${ORDER_KEYS}`, 0],
  ])('refuses %j in our dialect, too', (entry, message, position) => {
    const error = errorOf(() => parseOrder([entry], RUN_TARGET, 'cellar'));
    expect([error.message, error.position]).toEqual([message, position]);
  });

  it('takes each key once, under whatever name', () => {
    const error = errorOf(() => parseOrder(['start_time', 'Created DESC'], RUN_TARGET, 'mlflow'));
    expect(error.message).toBe("Repeated key in order_by clause 'Created DESC'.");
  });

  it('takes 20 keys', () => {
    const entries = Array.from({ length: 21 }, (_, index) => `metrics.m${index}`);
    expect(parseOrder(entries.slice(1), RUN_TARGET, 'mlflow')).toHaveLength(20);
    expect(errorOf(() => parseOrder(entries, RUN_TARGET, 'mlflow')).message).toBe('order_by has 21 keys.');
  });
});

describe('a refusal', () => {
  it('says where and what instead', () => {
    const refusal = refusalOf(
      errorOf(() => parseFilter('metrics.a > 1 OR', RUN_TARGET, 'mlflow')),
      'filter',
    );
    expect(refusal.code).toBe('INVALID_INPUT');
    expect(refusal.message).toBe(invalidClause('OR'));
    expect(refusal.details).toEqual([
      { field: 'filter', reason: "is not understood at position 14, where 'OR' stands", allowed: 'AND' },
    ]);
  });

  it('knows the end of the text', () => {
    const refusal = refusalOf(
      errorOf(() => parseFilter('metrics.a >', RUN_TARGET, 'mlflow')),
      'filter',
    );
    expect(refusal.details[0].reason).toBe('is not understood at position 11, where the text ends');
  });
});

describe('SQL', () => {
  const sqlOf = ({ entity, key, operator, ...rest }: Comparison, parameter: (value: unknown) => string) =>
    `${entity}->>${parameter(key)} ${operator}${'value' in rest ? ` ${parameter(rest.value)}` : ''}`;
  const sql = (text: string) => compile(parseFilter(text, RUN_TARGET, 'cellar'), sqlOf);

  it('holds no value and no key', () => {
    expect(sql(`params."a'; --" = "'; DROP TABLE run; --"`)).toEqual({
      sql: '(parameter->>$1 = $2)',
      values: ["a'; --", "'; DROP TABLE run; --"],
    });
  });

  it('keeps the precedence', () => {
    expect(sql('NOT (metrics.a > 1 OR metrics.b > 2) AND tags.c IS NULL')).toEqual({
      sql: '((((metric->>$1 > $2) OR (metric->>$3 > $4)) IS NOT TRUE) AND (tag->>$5 IS NULL))',
      values: ['a', 1, 'b', 2, 'c'],
    });
  });

  it('is TRUE where everything matches', () => {
    expect(sql('')).toEqual({ sql: 'TRUE', values: [] });
  });

  it('comes of nodes that nobody can change', () => {
    const isFrozen = (node: Condition): boolean =>
      Object.isFrozen(node) &&
      (node.kind === 'not'
        ? isFrozen(node.part)
        : node.kind === 'and' || node.kind === 'or'
          ? Object.isFrozen(node.parts) && node.parts.every(isFrozen)
          : node.kind !== 'list' || Object.isFrozen(node.value));
    const node = parseFilter("NOT (metrics.a > 1 AND run_id IN ('a'))", RUN_TARGET, 'cellar');
    expect(node && isFrozen(node)).toBe(true);
  });
});
