import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { type Point, type Points, pointAt } from '../runs/series-chunk.js';
import { decodeToken, encodeToken } from './wire-page.js';
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
 * A history as JSON, piece by piece. Points become text in one call for many, several times faster than one by one. Others have
 * a turn between pieces, as a client that reads fast never makes the writing wait.
 * @param limit the most points; where more follow, a token tells where the next page begins
 */
export async function* historyText(
  key: string,
  history: AsyncIterable<Points>,
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<Buffer> {
  // The rest of it is ASCII, which is encoded faster by its name.
  const encoding = ASCII.test(key) ? 'latin1' : 'utf8';
  let isFirst = true;
  let left = limit;
  let last: Point | undefined;
  for await (const points of history) {
    for (let start = 0, size = 0; start < points.values.length; start += size) {
      if (left === 0) {
        yield Buffer.from(`],"next_page_token":${JSON.stringify(last && historyToken(last))}}`);
        return;
      }
      size = Math.min(PIECE, points.values.length - start, left);
      const piece = Array.from({ length: size }, (_, i) => wirePoint(key, pointAt(points, start + i)));
      const text = JSON.stringify(piece);
      yield Buffer.from(`${isFirst ? '{"metrics":[' : ','}${text.slice(1, -1)}`, encoding);
      isFirst = false;
      left -= size;
      last = pointAt(points, start + size - 1);
      await turnOfTheLoop();
    }
  }
  yield Buffer.from(isFirst ? '{}' : ']}');
}

/** [timestamp, step, value as a text]. */
type Position = [number, number, string];

function historyToken({ timestamp, step, value }: Point): string {
  return encodeToken([timestamp, step, String(value)] satisfies Position);
}

/** The last point of the page before. @throws WireError */
export function pointOfToken(token: string): Point | undefined {
  const position = decodeToken(token, isPosition);
  return position && { timestamp: position[0], step: position[1], value: Number(position[2]) };
}

function isPosition(value: unknown): value is Position {
  return (
    Array.isArray(value) &&
    value.length === 3 &&
    typeof value[0] === 'number' &&
    typeof value[1] === 'number' &&
    typeof value[2] === 'string'
  );
}
