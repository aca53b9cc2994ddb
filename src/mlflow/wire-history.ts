import { type Point, type Points, pointAt } from '../runs/series-chunk.js';
import { wireNumber } from './wire-run.js';

/** Points that are written into one piece of text. */
const PIECE = 2_000;

export function wirePoints(key: string, points: Iterable<Point>, runId?: string) {
  return Array.from(points, ({ value, timestamp, step }) => ({
    key,
    value: wireNumber(value),
    timestamp,
    step,
    run_id: runId,
  }));
}

/** At most `limit` of the points, evenly spread; the first and the last stay. */
export function* evenly(points: Points, limit: number): Generator<Point> {
  const count = points.values.length;
  if (count <= limit) {
    for (let i = 0; i < count; i++) yield pointAt(points, i);
    return;
  }
  if (limit === 1) {
    yield pointAt(points, count - 1);
    return;
  }
  for (let i = 0; i < limit; i++) yield pointAt(points, Math.round((i * (count - 1)) / (limit - 1)));
}

/** A whole history as JSON, piece by piece. */
export async function* historyText(key: string, history: AsyncIterable<Points>): AsyncGenerator<string> {
  const head = `{"key":${JSON.stringify(key)},"value":`;
  let isFirst = true;
  for await (const { steps, timestamps, values } of history) {
    for (let start = 0; start < values.length; start += PIECE) {
      let piece = '';
      const end = Math.min(start + PIECE, values.length);
      for (let i = start; i < end; i++) {
        const value = wireNumber(values[i]);
        piece += `${isFirst ? '{"metrics":[' : ','}${head}${value === 'NaN' ? '"NaN"' : value},"timestamp":${timestamps[i]},"step":${steps[i]}}`;
        isFirst = false;
      }
      yield piece;
    }
  }
  yield isFirst ? '{}' : ']}';
}
