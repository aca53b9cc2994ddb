import { formatDuration, formatTime, formatValue } from '../../format';

/** What a curve is drawn along: the step, the time of day, or the time since its first point; times in milliseconds. */
export const AXES = ['step', 'time', 'relative'] as const;
export type Axis = (typeof AXES)[number];

/** A piece of an axis, both ends included. */
export type Range = [from: number, to: number];

/** A place on an axis in words. */
export function placeOn(axis: Axis, x: number): string {
  if (axis === 'step') return `step ${formatValue(x)}`;
  return axis === 'time' ? formatTime(new Date(x).toISOString()) : `${formatDuration(x / 1000)} in`;
}

/** Half of a range or twice as much of it, about its middle. */
export function zoomed([from, to]: Range, factor: number): Range {
  const middle = (from + to) / 2;
  const half = ((to - from) / 2) * factor;
  return [middle - half, middle + half];
}

/** A quarter of a range further on, or back where the direction is -1. */
export function moved([from, to]: Range, direction: 1 | -1): Range {
  const way = ((to - from) / 4) * direction;
  return [from + way, to + way];
}
