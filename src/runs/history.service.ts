import { Injectable } from '@nestjs/common';
import { type CurveAxis, type CurvePoints, curveOf } from './curve.js';
import { type ChunkExtent, HistoryRepository } from './history.repository.js';
import { jsonNumber } from './json-number.js';
import type { RunRecord } from './run.repository.js';
import { SeriesCache } from './series-cache.js';
import { between, inOrder, isAfter, type Point, type Points, pointAt, sliced, unpackChunks } from './series-chunk.js';

/** Points that are read into memory at once, unless more of them overlap in time. */
const READ_POINTS = 65_536;

/** One metric of one run over its steps. */
export interface Curve extends CurvePoints {
  runId: string;
  key: string;
}

/** The points of metrics: whole, in pages, thinned out for a chart. Deleted runs are readable. */
@Injectable()
export class HistoryService {
  constructor(
    private readonly history: HistoryRepository,
    private readonly series: SeriesCache,
  ) {}

  /**
   * Every point once, by timestamp, step and value. Reads as the caller takes, so a history of any length needs the memory
   * of a piece of it.
   * @param after begin behind this point
   */
  async *stream(runId: string, key: string, after?: Point): AsyncGenerator<Points> {
    let last = after;
    for (let complete = false; !complete; ) {
      const extents = await this.history.extents(runId, key, 'timestamp');
      const wanted = extents.filter((extent) => !last || extent.last >= last.timestamp);
      complete = true;
      for (const cluster of clustersOf(wanted)) {
        const chunks = await this.history.chunks(cluster);
        if (chunks.length < cluster.length) {
          // Chunks were merged between the two questions: look again, and go on behind what was given out.
          complete = false;
          break;
        }
        const points = behind(inOrder(unpackChunks(chunks), 'timestamp'), last);
        if (points.values.length === 0) continue;
        last = pointAt(points, points.values.length - 1);
        yield points;
      }
    }
  }

  /** Up to `limit` points of {@link stream}. */
  async page(runId: string, key: string, limit: number, after?: Point): Promise<Point[]> {
    const page: Point[] = [];
    for await (const points of this.stream(runId, key, after)) {
      for (let i = 0; i < points.values.length; i++) {
        page.push(pointAt(points, i));
        if (page.length === limit) return page;
      }
    }
    return page;
  }

  /** All points within a range of steps, by step, timestamp and value. */
  async bySteps(runId: string, key: string, firstStep?: number, lastStep?: number): Promise<Points> {
    const points = await this.series.read(runId, key, 'step', [firstStep, lastStep]);
    return between(points, points.steps, firstStep, lastStep);
  }

  /**
   * What a page shows of each metric before it draws any.
   * @param metrics latest values of the run
   */
  async summaries(runId: string, metrics: RunRecord['metrics']) {
    const summaries = [];
    for (const [key, value, step, timestamp] of metrics) {
      let min: number | undefined;
      let max: number | undefined;
      let count = 0;
      for await (const { values } of this.stream(runId, key)) {
        count += values.length;
        for (const one of values) {
          if (Number.isNaN(one)) continue;
          if (min === undefined || one < min) min = one;
          if (max === undefined || one > max) max = one;
        }
      }
      const last = { step, timestamp, value };
      summaries.push({
        key,
        last,
        min: min === undefined ? null : jsonNumber(min),
        max: max === undefined ? null : jsonNumber(max),
        count,
      });
    }
    return summaries;
  }

  /** What a chart draws of a metric: see {@link curveOf}. */
  async curve(runId: string, key: string, axis: CurveAxis, buckets: number, range: [from?: number, to?: number]) {
    const points =
      axis === 'step'
        ? await this.series.read(runId, key, 'step', range)
        : await this.series.read(runId, key, 'timestamp');
    return { runId, key, ...curveOf(points, axis, buckets, range) } satisfies Curve;
  }
}

/** Ids of chunks that are read together: those that overlap must be, and small ones may. */
function* clustersOf(extents: ChunkExtent[]): Generator<string[]> {
  let ids: string[] = [];
  let count = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const { id, points, first, last } of extents) {
    if (count >= READ_POINTS && first > end) {
      yield ids;
      ids = [];
      count = 0;
    }
    ids.push(id);
    count += points;
    end = Math.max(end, last);
  }
  if (ids.length > 0) yield ids;
}

function behind(points: Points, last: Point | undefined): Points {
  if (!last) return points;
  let [low, high] = [0, points.values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isAfter(pointAt(points, middle), last)) high = middle;
    else low = middle + 1;
  }
  return sliced(points, low, points.values.length);
}
