import { formatExactDuration, formatNumber, formatTime, formatValue } from '../../format';
import type { Range } from './range';

/** What a curve is drawn along: the step, the time of day, or the time since its first point; times in milliseconds. */
export const AXES = ['step', 'time', 'relative'] as const;
export type Axis = (typeof AXES)[number];

/** The last time that a date can hold, and the first with a minus. */
const LAST_DATE_MS = 8.64e15;

/** So much at once has dates for its ticks: uPlot puts them no further apart than 100 years. */
const LONGEST_DATED_MS = 400 * 365 * 86_400_000;

/** A place on an axis in words. Some clients log nanoseconds for milliseconds, which are no date. */
export function placeOn(axis: Axis, x: number): string {
  if (axis === 'relative') return `${formatExactDuration(x)} in`;
  if (axis === 'time' && Math.abs(x) <= LAST_DATE_MS) return formatTime(new Date(x).toISOString());
  return `${axis} ${formatValue(x)}`;
}

/** A tick of an axis of numbers, exactly. */
export function tickLabel(axis: Axis, x: number): string {
  return axis === 'relative' ? formatExactDuration(x) : formatNumber(x);
}

/** Whether the ticks of a piece of an axis are dates. There are some before and after it, which must be dates as well. */
export function isDated(axis: Axis, [from, to]: Range): boolean {
  const reach = Math.max(Math.abs(from), Math.abs(to)) + LONGEST_DATED_MS;
  return axis === 'time' && reach <= LAST_DATE_MS && to - from <= LONGEST_DATED_MS;
}
