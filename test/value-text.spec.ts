import { isDoubleText, isInt4Text, isTimestampText } from '../src/search/value-text.js';

describe('a double as PostgreSQL writes it', () => {
  it.each(['0', '-0', '1', '-1.5', '1e+20', '5e-324', '1.7976931348623157e+308', 'NaN', 'Infinity', '-Infinity'])(
    'may be %s',
    (text) => expect(isDoubleText(text)).toBe(true),
  );

  it.each(['', '1.2.3', '1e400', '-1e400', '1e-400', '0x1', '1_0', ' 1', 'nan', '.5', '1.'])('is never %j', (text) =>
    expect(isDoubleText(text)).toBe(false),
  );
});

describe('an integer as PostgreSQL writes it', () => {
  it.each(['0', '-1', '2147483647', '-2147483648'])('may be %s', (text) => expect(isInt4Text(text)).toBe(true));
  it.each(['', '1.0', '2147483648', '-2147483649', '99999999999', 'a'])('is never %j', (text) =>
    expect(isInt4Text(text)).toBe(false),
  );
});

describe('a time as PostgreSQL writes it', () => {
  it.each([
    '2026-11-28 22:20:50.123456+00',
    '2026-11-28 22:20:50+00',
    '2024-02-29 00:00:00+05:30',
    '2000-02-29 23:59:59-03:30',
    '4712-01-01 00:00:00+00 BC',
    '294275-12-31 23:59:59+00',
    '0001-02-29 00:00:00+00 BC',
    'infinity',
    '-infinity',
  ])('may be %s', (text) => expect(isTimestampText(text)).toBe(true));

  it.each([
    '',
    'yesterday',
    '2026-11-28',
    '2026-99-99 99:99:99',
    '2026-02-29 00:00:00+00',
    '1900-02-29 00:00:00+00',
    '2026-04-31 00:00:00+00',
    '2026-11-28 24:00:00+00',
    '2026-11-28 22:20:50+99',
    '0000-01-01 00:00:00+00',
    '294277-01-01 00:00:00+00',
    '999999-01-01 00:00:00+00',
  ])('is never %j', (text) => expect(isTimestampText(text)).toBe(false));
});
