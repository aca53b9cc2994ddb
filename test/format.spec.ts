import { formatDuration, formatNumber, formatSpan } from '../src/web/format.js';

it.each([
  [0.000_083, '83 µs'],
  [0.051_2, '51.2 ms'],
  [59.94, '59.9 s'],
  [61, '1 min 1 s'],
  [90_061, '1 d 1 h'],
])('writes a duration of %d s as %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

it.each([
  ['2026-11-24T10:00:00.000Z', '< 1 ms'],
  ['2026-11-24T10:00:00.002Z', '2 ms'],
  ['2026-11-24T10:05:30.000Z', '5 min 30 s'],
  ['2026-11-24T09:59:59.999Z', '–'],
])('writes the time up to %s as %s', (end, text) => {
  expect(formatSpan('2026-11-24T10:00:00.000Z', end)).toBe(text);
});

it.each([
  [5e-324, '5e-324'],
  [0.000_01, '0.00001'],
  [0.000_002_327_051_234, '2.32705e-6'],
  [-1e-300, '-1e-300'],
])('writes the small number %d as %s, in a column and elsewhere', (value, text) => {
  expect([formatNumber(value), formatNumber(value, true)]).toEqual([text, text]);
});

it.each([
  [0.5, '0.5', '0.500000'],
  [0.123_456_78, '0.123457', '0.123457'],
  [3, '3', '3'],
])('writes %d as %s, and as %s in a column', (value, text, padded) => {
  expect([formatNumber(value), formatNumber(value, true)]).toEqual([text, padded]);
});
