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

/**
 * At most `limit` of the points: the first of each of as many parts, of which those in front are one longer where the points do
 * not divide evenly; of the last part its last point, so that a curve ends where the points do.
 */
export function* evenly(points: Points, limit: number): Generator<Point> {
  const count = points.values.length;
  const parts = Math.min(count, limit);
  const [size, longer] = [Math.floor(count / parts), count % parts];
  for (let part = 0; part < parts - 1; part++) yield pointAt(points, part * size + Math.min(part, longer));
  if (parts > 0) yield pointAt(points, count - 1);
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
