import { between, type Points } from './series-chunk.js';

/** `relative` = milliseconds since the first point of the metric. */
export const CURVE_AXES = ['step', 'time', 'relative'] as const;
export type CurveAxis = (typeof CURVE_AXES)[number];

export interface CurvePoints {
  x: number[];
  /** NaN and infinities as they are, which are no extremes: a chart leaves a gap. */
  y: number[];
  steps: number[];
  /** How many points the range holds. */
  count: number;
  /** True where every point of the range is in the answer. */
  exact: boolean;
}

/** Of each bucket: its first, lowest, highest and last point. */
const POINTS_PER_BUCKET = 4;

/**
 * Thins a metric out for a chart without losing an extreme: the axis is cut into buckets, and of each the first, the lowest,
 * the highest and the last point are kept, whatever lies between, and where a value is no finite number one such point, too.
 * The buckets depend on the range alone, or where an end is open on about how long the series is, so what was drawn of a
 * series is the same at every refresh while it grows.
 * @param points in the order of the axis
 * @param buckets how many at the most; the answer has at most four points for each
 * @param range of the axis, both ends included; absent = from the first, to the last point
 */
export function curveOf(
  points: Points,
  axis: CurveAxis,
  buckets: number,
  [from, to]: [from?: number, to?: number],
): CurvePoints {
  const column = axis === 'step' ? points.steps : points.timestamps;
  const origin = axis === 'relative' ? (points.timestamps[0] ?? 0) : 0;
  const inRange = between(points, column, shifted(from, origin), shifted(to, origin));
  const axisColumn = axis === 'step' ? inRange.steps : inRange.timestamps;
  const placeOf = (i: number) => axisColumn[i] - origin;
  const count = axisColumn.length;
  const most = buckets * POINTS_PER_BUCKET;
  const exact = count <= most;
  const isClosed = from !== undefined && to !== undefined;
  const [first, last] = isClosed ? [from, to] : [placeOf(0), placeOf(count - 1)];
  const kept = exact
    ? Array.from({ length: count }, (_, i) => i)
    : thinned(inRange.values, placeOf, widthOf(first, last, buckets), most);
  return {
    x: kept.map(placeOf),
    y: kept.map((i) => inRange.values[i]),
    steps: kept.map((i) => inRange.steps[i]),
    count,
    exact,
  };
}

/**
 * The least power of two that cuts a piece of the axis into so many buckets or fewer. They begin at multiples of it, so as
 * the piece grows nothing moves until it needs the next power, which puts every two buckets together.
 */
function widthOf(first: number, last: number, buckets: number): number {
  let width = 1;
  while (Math.floor(last / width) - Math.floor(first / width) >= buckets) width *= 2;
  return width;
}

/**
 * Indices of the points that are kept, ascending. Where gaps make them too many, buckets twice as wide have room for all,
 * in a chart of a few points a single one; four points have none for a gap.
 */
function thinned(values: Float64Array, placeOf: (i: number) => number, width: number, most: number): number[] {
  for (const wide of [width, 2 * width, Number.POSITIVE_INFINITY]) {
    const kept = extremesOf(values, placeOf, wide, true);
    if (kept.length <= most) return kept;
  }
  return extremesOf(values, placeOf, width, false);
}

function extremesOf(values: Float64Array, placeOf: (i: number) => number, width: number, withGaps: boolean): number[] {
  const bucketOf = (i: number) => Math.floor(placeOf(i) / width);
  const kept: number[] = [];
  for (let start = 0; start < values.length; ) {
    const end = endOf(bucketOf, start, values.length);
    let [low, high, gap] = [-1, -1, -1];
    for (let i = start; i < end; i++) {
      if (!Number.isFinite(values[i])) {
        if (gap < 0) gap = i;
        continue;
      }
      if (low < 0 || values[i] < values[low]) low = i;
      if (high < 0 || values[i] > values[high]) high = i;
    }
    // A gap at one of its ends tells as much.
    const isTold = gap === start || !Number.isFinite(values[end - 1]);
    if (!withGaps || isTold) gap = -1;
    const bucketPoints = new Set([start, low, high, gap, end - 1].filter((i) => i >= 0));
    kept.push(...[...bucketPoints].sort((a, b) => a - b));
    start = end;
  }
  return kept;
}

/** The first index behind the bucket that begins at `start`. */
function endOf(bucketOf: (i: number) => number, start: number, count: number): number {
  const bucket = bucketOf(start);
  let [low, high] = [start + 1, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bucketOf(middle) === bucket) low = middle + 1;
    else high = middle;
  }
  return low;
}

function shifted(limit: number | undefined, by: number): number | undefined {
  return limit === undefined ? undefined : limit + by;
}
