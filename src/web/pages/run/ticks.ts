const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The shortest month. */
const MONTH_MS = 28 * DAY_MS;
const YEAR_MS = 365 * DAY_MS;

const decades = (count: number) =>
  Array.from({ length: count }, (_, i) => [1, 2, 5].map((digit) => digit * 10 ** i)).flat();

/** How many units there may be from tick to tick of an axis of steps, which are whole. */
export const STEP_INCREMENTS = decades(16);
/** Of one of durations, in milliseconds: divided as clocks do. */
export const DURATION_INCREMENTS = [
  ...decades(3),
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...decades(9).map((days) => days * DAY_MS),
];

/** The most digits that tell two numbers apart. */
const MOST_DIGITS = 17;
/** How far a label may be from its tick, in parts of the way to the next one. */
const TOLERANCE = 0.01;

/** Numbers with as many digits as it takes to tell each from the next; ascending and evenly apart. */
export function numberLabels(ticks: readonly number[]): string[] {
  const way = ticks.length > 1 ? ticks[1] - ticks[0] : Math.abs(ticks[0]);
  for (let digits = 1; digits < MOST_DIGITS; digits++) {
    const shown = ticks.map((tick) => Number(tick.toPrecision(digits)));
    if (shown.every((number, i) => Math.abs(number - ticks[i]) <= TOLERANCE * way)) return shown.map(String);
  }
  return ticks.map(String);
}

/** Points that no line shows: nothing finite beside them lies anywhere else. */
export function lonePoints(x: ArrayLike<number>, y: ArrayLike<number | null | undefined>): number[] {
  const leads = (from: number, to: number) => {
    const value = y[to];
    return value !== null && value !== undefined && (x[from] !== x[to] || y[from] !== value);
  };
  return Array.from(y, (_, i) => i).filter(
    (i) => y[i] !== null && y[i] !== undefined && !leads(i, i - 1) && !leads(i, i + 1),
  );
}

const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(undefined, options);
const YEARS = format({ year: 'numeric' });
const MONTHS = format({ year: 'numeric', month: 'short' });
const DAYS = format({ day: 'numeric', month: 'short' });
const DATES = format({ year: 'numeric', month: 'short', day: 'numeric' });
const MINUTES = format({ hour: 'numeric', minute: '2-digit' });
const SECONDS = format({ hour: 'numeric', minute: '2-digit', second: '2-digit' });
const FRACTIONS = format({ hour: 'numeric', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });

/**
 * Times in the reader's language and zone: what tells each from the next, and below it, where it is another than at the tick
 * before, the day or the year that this belongs to.
 * @param ticks milliseconds since 1970 @param increment about how many there are from one to the next
 */
export function timeLabels(ticks: readonly number[], increment: number): string[] {
  const { each, within } = timeFormats(increment);
  let before: string | undefined;
  return ticks.map((tick) => {
    const context = within?.format(tick);
    const label = each.format(tick);
    const isNew = context !== undefined && context !== before;
    before = context;
    return isNew ? `${label}\n${context}` : label;
  });
}

function timeFormats(increment: number): { each: Intl.DateTimeFormat; within?: Intl.DateTimeFormat } {
  if (increment >= YEAR_MS) return { each: YEARS };
  if (increment >= MONTH_MS) return { each: MONTHS };
  if (increment >= DAY_MS) return { each: DAYS, within: YEARS };
  if (increment >= MINUTE_MS) return { each: MINUTES, within: DATES };
  return { each: increment >= SECOND_MS ? SECONDS : FRACTIONS, within: DATES };
}
