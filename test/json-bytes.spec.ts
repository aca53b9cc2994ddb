import fc from 'fast-check';
import { JsonBytes, Literal, NONE } from '../src/mlflow/json-bytes.js';

/** Whatever comes behind must not be read. */
const TAIL = [',', '}', ' ', '}, {"key": "loss"'];

function decimalOf(text: string, tail: string): number | undefined {
  const json = new JsonBytes(Buffer.from(text + tail));
  const end = json.decimal(0);
  if (end === NONE) return undefined;
  expect(end).toBe(text.length);
  return json.number;
}

const anyDouble = fc.double({ noNaN: true, noDefaultInfinity: true });
const decimalText = fc.stringMatching(/^-?(?:0|[1-9]\d{0,20})(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?$/);

describe('a number', () => {
  it.each([
    ['as JavaScript writes it', anyDouble.map((double) => String(double))],
    ['of the size that metrics have', fc.double({ min: -1, max: 1e6, noNaN: true }).map((double) => String(double))],
    ['with all its digits', anyDouble.map((double) => double.toPrecision(21))],
    ['half between two others', anyDouble.map(halfAboveText)],
    ['of any digits', decimalText],
  ])('%s is what JSON.parse makes of it', (_, texts) => {
    fc.assert(
      fc.property(texts, fc.constantFrom(...TAIL), (text, tail) => {
        const json = text.replace('e+', 'e');
        expect(decimalOf(json, tail)).toBe(JSON.parse(json));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each(['', '-', '.5', '-.5', '5.', '1.e3', '01', '-00.5', '1e', '1e+', '+1', 'NaN', 'Infinity', '"1"', 'null'])(
    '%j is left to others',
    (text) => {
      expect(decimalOf(text, ',')).toBeUndefined();
    },
  );
});

describe('a whole number', () => {
  const wholeOf = (text: string) => {
    const json = new JsonBytes(Buffer.from(`${text},`));
    return json.whole(0) === text.length ? json.number : undefined;
  };

  it('is what it says', () => {
    fc.assert(
      fc.property(fc.nat(999_999_999_999_999), (number) => {
        expect(wholeOf(String(number))).toBe(number);
      }),
    );
  });

  it.each(['', '-1', '007', '1.5', '1e3', '1234567890123456', '"1"'])('%j is left to others', (text) => {
    expect(wholeOf(text)).toBeUndefined();
  });
});

it('finds a literal of any length, and no other', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
      fc.nat(3),
      fc.nat(40),
      (text, shift, changed) => {
        const bytes = Buffer.from(`${'#'.repeat(shift)}${text}`);
        const literal = new Literal(text);
        expect(new JsonBytes(bytes).literal(shift, literal)).toBe(bytes.length);
        expect(new JsonBytes(bytes.subarray(0, -1)).literal(shift, literal)).toBe(NONE);
        bytes[shift + (changed % literal.bytes.length)] ^= 1;
        expect(new JsonBytes(bytes).literal(shift, literal)).toBe(NONE);
      },
    ),
  );
});

it.each([
  ['"loss"', 'loss'],
  ['"Verlust/µ"', 'Verlust/µ'],
  ['""', ''],
])('reads the text %s', (json, text) => {
  const bytes = new JsonBytes(Buffer.from(json));
  expect(bytes.string(0)).toBe(Buffer.byteLength(json));
  expect(bytes.text).toBe(text);
});

it.each(['', '"', '"loss', String.raw`"a\"b"`, '"a\nb"', 'loss'])('leaves the text %j to others', (json) => {
  expect(new JsonBytes(Buffer.from(json)).string(0)).toBe(NONE);
});

/** All digits of the middle between a double and the next one. */
function halfAboveText(double: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, (Math.abs(double) % 1_000) + 1);
  const above = new DataView(new ArrayBuffer(8));
  above.setBigUint64(0, view.getBigUint64(0) + 1n);
  // Between 1 and 1,001 both are whole multiples of 2^-52, and their sum of 2^-53.
  const scaled = BigInt(view.getFloat64(0) * 2 ** 52) + BigInt(above.getFloat64(0) * 2 ** 52);
  const digits = ((scaled * 10n ** 53n) >> 53n).toString();
  return `${digits.slice(0, -53)}.${digits.slice(-53)}`;
}
