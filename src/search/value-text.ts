/** Values as PostgreSQL writes them, and as it takes them back: other texts it would refuse. */

const NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d{1,4})?$/;
const ZERO = /^-?0(?:\.0+)?$/;
const INT4 = 2 ** 31;
const TIMESTAMP =
  /^(\d{4,6})-(\d\d)-(\d\d) (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?[-+](?:0\d|1[0-5])(?::[0-5]\d){0,2}( BC)?$/;
/** A year less than PostgreSQL knows, whatever the zone. */
const [LAST_YEAR, FIRST_YEAR_BC] = [294_275, 4_712];

/** All but those with NUL or half of a character. */
export function isStorableText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

export function isDoubleText(text: string): boolean {
  if (text === 'NaN' || text === 'Infinity' || text === '-Infinity') return true;
  const number = Number(text);
  return NUMBER.test(text) && Number.isFinite(number) && (number !== 0 || ZERO.test(text));
}

/** Any decimal number that a text of some hundred digits and an exponent of three may be. */
export function isNumericText(text: string): boolean {
  return /^-?\d{1,1300}(?:\.\d{1,1300})?$/.test(text);
}

export function isInt4Text(text: string): boolean {
  const number = Number(text);
  return /^-?\d{1,10}$/.test(text) && number >= -INT4 && number < INT4;
}

export function isTimestampText(text: string): boolean {
  if (text === 'infinity' || text === '-infinity') return true;
  const [, year, month, day, isBefore] = TIMESTAMP.exec(text) ?? [];
  if (year === undefined || Number(year) < 1 || Number(year) > (isBefore ? FIRST_YEAR_BC : LAST_YEAR)) return false;
  // The calendar repeats every 400 years; 1 BC is the year 0.
  const yearInCycle = 2_000 + ((isBefore ? 1 - Number(year) : Number(year)) % 400);
  const date = new Date(Date.UTC(yearInCycle, Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}
