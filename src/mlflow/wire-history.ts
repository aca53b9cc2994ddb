import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { type Point, type Points, pointAt } from '../runs/series-chunk.js';
import { wireNumber } from './wire-run.js';

/** Points that are written into one piece of text. */
const PIECE = 1_000;

const ASCII = /^[\x20-\x7e]*$/;

function wirePoint(key: string, { value, timestamp, step }: Point) {
  return { key, value: wireNumber(value), timestamp, step };
}

export function wirePoints(key: string, points: Iterable<Point>, runId?: string) {
  return Array.from(points, (point) => ({ ...wirePoint(key, point), run_id: runId }));
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

/**
 * A whole history as JSON, piece by piece. Points become text in one call for many, several times faster than one by one.
 * Others have a turn between pieces, as a client that reads fast never makes the writing wait.
 */
export async function* historyText(key: string, history: AsyncIterable<Points>): AsyncGenerator<Buffer> {
  // The rest of it is ASCII, which is encoded faster by its name.
  const encoding = ASCII.test(key) ? 'latin1' : 'utf8';
  let isFirst = true;
  for await (const points of history) {
    for (let start = 0; start < points.values.length; start += PIECE) {
      const size = Math.min(PIECE, points.values.length - start);
      const piece = Array.from({ length: size }, (_, i) => wirePoint(key, pointAt(points, start + i)));
      const text = JSON.stringify(piece);
      yield Buffer.from(`${isFirst ? '{"metrics":[' : ','}${text.slice(1, -1)}`, encoding);
      isFirst = false;
      await turnOfTheLoop();
    }
  }
  yield Buffer.from(isFirst ? '{}' : ']}');
}
