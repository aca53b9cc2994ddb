import { packIntegers, unpackIntegers } from './integer-column.js';

/** One measurement of a metric. Step and timestamp (milliseconds since 1970) are whole numbers. */
export interface Point {
  step: number;
  timestamp: number;
  value: number;
}

/** The columns of many points, in the order of their index. */
export interface Columns<Column> {
  steps: Column;
  timestamps: Column;
  values: Column;
}

export type Points = Columns<Float64Array>;

/** Points to be stored, as they come. */
export type NewPoints = Columns<number[]>;

/** Points as they are stored: whole numbers as {@link packIntegers} does, values as float64 in network order. */
export type Chunk = Columns<Buffer>;

const WORD = 8;

export function packChunk({ steps, timestamps, values }: Columns<ArrayLike<number>>): Chunk {
  const words = Buffer.allocUnsafe(WORD * values.length);
  const view = viewOf(words);
  for (let i = 0; i < values.length; i++) view.setFloat64(i * WORD, values[i]);
  return { steps: packIntegers(steps), timestamps: packIntegers(timestamps), values: words };
}

/** The columns of chunks, one after the other as they are given. */
export function unpackChunks(chunks: readonly Chunk[]): Points {
  const count = chunks.reduce((sum, { values }) => sum + values.length / WORD, 0);
  const points: Points = {
    steps: new Float64Array(count),
    timestamps: new Float64Array(count),
    values: new Float64Array(count),
  };
  let start = 0;
  for (const { steps, timestamps, values } of chunks) {
    const size = values.length / WORD;
    const view = viewOf(values);
    unpackIntegers(steps, size, points.steps, start);
    unpackIntegers(timestamps, size, points.timestamps, start);
    for (let i = 0; i < size; i++) points.values[start + i] = view.getFloat64(i * WORD);
    start += size;
  }
  return points;
}

/** By what a history is ordered: as a list (time first) or as a curve (step first). */
export type PointOrder = 'timestamp' | 'step';

/**
 * The points in order, each (step, timestamp, value) once: clients repeat requests. NaN is ordered as 0, and equals NaN.
 * What is in order already is not copied.
 */
export function inOrder(points: Points, order: PointOrder): Points {
  const [first, second] = order === 'step' ? [points.steps, points.timestamps] : [points.timestamps, points.steps];
  const { values } = points;
  const compare = (a: number, b: number) =>
    first[a] - first[b] || second[a] - second[b] || compareValues(values[a], values[b]);
  let ascending = true;
  for (let i = 1; ascending && i < values.length; i++) ascending = compare(i - 1, i) < 0;
  if (ascending) return points;
  // Not a typed array, whose sort makes no use of what is in order already: mostly a few chunks overlap at their ends.
  const indices = Array.from(values.keys()).sort(compare);
  const kept = indices.filter((index, i) => i === 0 || compare(indices[i - 1], index) !== 0);
  const pick = (column: Float64Array) => {
    const picked = new Float64Array(kept.length);
    for (let i = 0; i < kept.length; i++) picked[i] = column[kept[i]];
    return picked;
  };
  return { steps: pick(points.steps), timestamps: pick(points.timestamps), values: pick(values) };
}

/** NaN counts as 0, and comes after it. */
function compareValues(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  const [x, y] = [Number.isNaN(a) ? 0 : a, Number.isNaN(b) ? 0 : b];
  if (x !== y) return x < y ? -1 : 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

export function pointAt({ steps, timestamps, values }: Points, index: number): Point {
  return { step: steps[index], timestamp: timestamps[index], value: values[index] };
}

export function* pointsOf(points: Points): Generator<Point> {
  for (let i = 0; i < points.values.length; i++) yield pointAt(points, i);
}

/** A view, not a copy. */
export function sliced({ steps, timestamps, values }: Points, from: number, to: number): Points {
  return {
    steps: steps.subarray(from, to),
    timestamps: timestamps.subarray(from, to),
    values: values.subarray(from, to),
  };
}

/**
 * Those of the points whose number in a column lies in a range, both ends included; an absent end is open. A view, not a copy.
 * @param column of the points, ascending
 */
export function between(points: Points, column: Float64Array, first?: number, last?: number): Points {
  const begin = first === undefined ? 0 : lowerBound(column, first, false);
  const end = last === undefined ? column.length : lowerBound(column, last, true);
  return sliced(points, begin, Math.max(begin, end));
}

/** The first index whose value is at least the limit, or above it. */
function lowerBound(column: Float64Array, limit: number, above: boolean): number {
  let [low, high] = [0, column.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (above ? column[middle] > limit : column[middle] >= limit) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** True where `a` comes behind `b` in a history: by timestamp, step and value. */
export function isAfter(a: Point, b: Point): boolean {
  return (a.timestamp - b.timestamp || a.step - b.step || compareValues(a.value, b.value)) > 0;
}

/** The least and the greatest number of a column that has some. */
export function extentOf(column: Float64Array | number[]): [first: number, last: number] {
  let first = column[0];
  let last = first;
  for (const number of column) {
    if (number < first) first = number;
    if (number > last) last = number;
  }
  return [first, last];
}

/** The index of the latest value: that of the greatest step, then timestamp, then value, with NaN as 0. */
export function latestOf({ steps, timestamps, values }: NewPoints): number {
  let latest = 0;
  for (let i = 1; i < steps.length; i++) {
    const later =
      steps[i] - steps[latest] || timestamps[i] - timestamps[latest] || (values[i] || 0) - (values[latest] || 0);
    if (later > 0) latest = i;
  }
  return latest;
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
}
