import { between, type Points } from './series-chunk.js';

/** `relative` = milliseconds since the first point of the metric. */
export const CURVE_AXES = ['step', 'time', 'relative'] as const;
export type CurveAxis = (typeof CURVE_AXES)[number];

export interface CurvePoints {
  x: number[];
  /** NaN and infinities as they are; a chart leaves a gap. */
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
 * Thins a metric out for a chart without losing an extreme: the range is cut into equal buckets along the axis, and of each
 * the first, the lowest, the highest and the last point are kept, whatever lies between. The buckets depend on the range
 * alone, so the picture is the same at every refresh.
 * @param points in the order of the axis
 * @param buckets how many; the answer has at most four points for each
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
  const count = axisColumn.length;
  const exact = count <= buckets * POINTS_PER_BUCKET;
  const kept = exact ? Array.from({ length: count }, (_, i) => i) : extremesOf(axisColumn, inRange.values, buckets);
  return {
    x: kept.map((i) => axisColumn[i] - origin),
    y: kept.map((i) => inRange.values[i]),
    steps: kept.map((i) => inRange.steps[i]),
    count,
    exact,
  };
}

/** Indices of the points that are kept, ascending. */
function extremesOf(axis: Float64Array, values: Float64Array, buckets: number): number[] {
  const first = axis[0];
  const width = (axis[axis.length - 1] - first) / buckets || 1;
  const kept: number[] = [];
  for (let start = 0; start < axis.length; ) {
    const bucket = Math.min(Math.floor((axis[start] - first) / width), buckets - 1);
    let [low, high, end] = [-1, -1, start];
    for (; end < axis.length && Math.min(Math.floor((axis[end] - first) / width), buckets - 1) === bucket; end++) {
      if (Number.isNaN(values[end])) continue;
      if (low < 0 || values[end] < values[low]) low = end;
      if (high < 0 || values[end] > values[high]) high = end;
    }
    const bucketPoints = new Set([start, low, high, end - 1].filter((i) => i >= 0));
    kept.push(...[...bucketPoints].sort((a, b) => a - b));
    start = end;
  }
  return kept;
}

function shifted(limit: number | undefined, by: number): number | undefined {
  return limit === undefined ? undefined : limit + by;
}
