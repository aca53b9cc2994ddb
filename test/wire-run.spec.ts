import { wireNumber } from '../src/mlflow/wire-run.js';

it.each([
  [0.5, '0.5'],
  [1, '1.0'],
  [-100, '-100.0'],
  [-0, '0.0'],
  [2 ** 53, '9007199254740992.0'],
  [1e16, '1e+16'],
  [-1.5e300, '-1.5e+300'],
  [1e-7, '1e-7'],
  [Number.POSITIVE_INFINITY, '1.7976931348623157e+308'],
  ['-Infinity', '-1.7976931348623157e+308'],
  [Number.NaN, '"NaN"'],
  ['NaN', '"NaN"'],
] as const)('the value %s is %s on the wire, where whole ones have a point', (value, text) => {
  expect(JSON.stringify(wireNumber(value))).toBe(text);
});
