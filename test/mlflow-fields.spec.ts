import fc from 'fast-check';
import { WireError } from '../src/mlflow/wire-error.js';
import { parseNumber, QueryFields, WireFields } from '../src/mlflow/wire-fields.js';

const HINT = 'See the API docs for more information about request parameters.';

/** The message of a refusal, which is always one of MLflow's own code. */
function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    expect(error.wireCode).toBe('INVALID_PARAMETER_VALUE');
    return error.message;
  }
  throw new Error('nothing was refused');
}

const invalid = (value: unknown, type: string, name = 'x') =>
  `Invalid value ${JSON.stringify(value)} for parameter '${name}' supplied:  Hint: Value was of type '${type}'. ${HINT}`;

describe('a message', () => {
  it.each([null, undefined, 5, 'text', true, [], [1]])('that is no object has no fields: %j', (body) => {
    expect(new WireFields(body).value('x')).toBeUndefined();
  });

  it('has only fields of its own', () => {
    for (const name of ['constructor', 'toString', '__proto__']) {
      expect(new WireFields({}).value(name)).toBeUndefined();
    }
  });

  it('may write names in camel case, and one of both', () => {
    expect(new WireFields({ runId: 'a' }).string('run_id')).toBe('a');
    expect(new WireFields({ run_id: null, runId: 'a' }).string('run_id')).toBe('a');
    expect(refusal(() => new WireFields({ run_id: 'a', runId: 'a' }).string('run_id'))).toMatch(/run_id.*runId/);
  });

  it('inside another is named by its place', () => {
    const fields = new WireFields({ params: [{ key: 'a' }, { key: 5 }], dataset: { name: [] } });
    expect(refusal(() => fields.messages('params')[1].string('key'))).toBe(invalid(5, 'int', 'params[1].key'));
    expect(refusal(() => fields.message('dataset').string('name'))).toBe(invalid([], 'list', 'dataset.name'));
    expect(refusal(() => new WireFields({ dataset: [] }).message('dataset'))).toBe(invalid([], 'list', 'dataset'));
  });
});

describe('a text', () => {
  it.each([
    [5, 'int'],
    [0.5, 'float'],
    [true, 'bool'],
    [[], 'list'],
    [{}, 'dict'],
  ])('is no %j', (value, type) => {
    expect(refusal(() => new WireFields({ x: value }).string('x'))).toBe(invalid(value, type));
  });

  it.each([{}, { x: null }, { x: '' }])('that is required is not %j', (body) => {
    expect(refusal(() => new WireFields(body).requiredString('x'))).toBe(
      `Missing value for required parameter 'x'. ${HINT}`,
    );
    expect(new WireFields(body).string('x')).toBe('');
  });

  it.each(['a\0b', '\ud800', 'a\udc00'])('can be kept by the database: not %j', (value) => {
    expect(refusal(() => new WireFields({ x: value }).string('x'))).toMatch(/^Invalid value for parameter 'x'/);
  });

  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        fc.pre(!value.includes('\0'));
        expect(new WireFields({ x: value }).string('x')).toBe(value);
      }),
    );
  });
});

describe('an integer', () => {
  it.each([
    [5, 5],
    ['5', 5],
    ['-5', -5],
    ['+5', 5],
    [0, 0],
    [null, undefined],
  ])('is read from %j', (value, expected) => {
    expect(new WireFields({ x: value }).integer('x')).toBe(expected);
  });

  it.each([
    ['a', 'str'],
    ['', 'str'],
    ['1.5', 'str'],
    [true, 'bool'],
    [[], 'list'],
    [{}, 'dict'],
  ])('is no %j', (value, type) => {
    expect(refusal(() => new WireFields({ x: value }).integer('x'))).toBe(invalid(value, type));
  });

  it('is the same as a number and as a text', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        const fields = new WireFields({ number: value, text: String(value) });
        expect(fields.integer('text')).toBe(fields.integer('number'));
        expect(fields.requiredInteger('number')).toBe(value);
      }),
    );
  });

  it('that is required may be 0 and not absent', () => {
    expect(new WireFields({ x: 0 }).requiredInteger('x')).toBe(0);
    expect(refusal(() => new WireFields({}).requiredInteger('x'))).toMatch(/^Missing value for required parameter 'x'/);
  });
});

describe('a number', () => {
  it.each([
    ['1e3', 1000],
    ['.5', 0.5],
    ['5.', 5],
    ['-0.25', -0.25],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['-inf', Number.NEGATIVE_INFINITY],
    ['NAN', Number.NaN],
    [' 1_000 ', 1000],
  ])('may be the text %j', (value, expected) => {
    expect(new WireFields({ x: value }).requiredNumber('x')).toBe(expected);
  });

  it.each(['', ' ', 'a', '0x1f', '1,5', 'infinite', '1__0', '_1', '1e', '--1', '.'])('is not the text %j', (value) => {
    expect(parseNumber(value)).toBeUndefined();
    expect(refusal(() => new WireFields({ x: value }).requiredNumber('x'))).toBe(invalid(value, 'str'));
  });

  it('is looked for once in a text, however long that is', () => {
    // A rule that tries every place to begin would take minutes.
    expect(parseNumber(`${'1'.repeat(2_000_000)}x`)).toBeUndefined();
    expect(parseNumber(`1.${'0'.repeat(2_000_000)}x`)).toBeUndefined();
  });

  it('comes back from its text', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        // Its text is 0 for -0 as well.
        expect(parseNumber(String(value))).toBe(value === 0 ? 0 : value);
      }),
    );
  });
});

it('that is nested too deeply to be written is refused all the same', () => {
  let value: unknown = [];
  for (let i = 0; i < 100_000; i++) value = [value];
  expect(refusal(() => new WireFields({ x: value }).requiredNumber('x'))).toMatch(/Invalid value … for parameter 'x'/);
});

describe('a boolean', () => {
  it.each([
    [true, true],
    ['true', true],
    ['False', false],
    [null, undefined],
  ])('is read from %j', (value, expected) => {
    expect(new WireFields({ x: value }).boolean('x')).toBe(expected);
  });

  it.each([1, 'yes', ''])('is no %j', (value) => {
    expect(refusal(() => new WireFields({ x: value }).boolean('x'))).toMatch(/^Invalid value/);
  });
});

describe('a list', () => {
  it('of a body is no text, and of a query may be one', () => {
    expect(refusal(() => new WireFields({ x: 'a' }).strings('x'))).toBe(invalid('a', 'str'));
    expect(new QueryFields({ x: 'a' }).strings('x')).toEqual(['a']);
    expect(new QueryFields({ x: ['a', 'b'] }).strings('x')).toEqual(['a', 'b']);
  });

  it('that is absent is empty', () => {
    for (const fields of [new WireFields({}), new WireFields({ x: null }), new QueryFields({})]) {
      expect([fields.list('x'), fields.strings('x'), fields.messages('x')]).toEqual([[], [], []]);
    }
  });

  it('of texts holds nothing else', () => {
    expect(refusal(() => new WireFields({ x: ['a', 5] }).strings('x'))).toBe(invalid(['a', 5], 'list'));
  });
});
