import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Database, type Query } from '../database/database.js';
import { extentOf, inOrder, type Points, packChunk, sliced, unpackChunks } from './series-chunk.js';

/** A chunk of no more points is worth merging. One of more is read nearly as fast alone, and moving it slows whoever logs. */
export const SMALL_POINTS = 256;
/** The most points of a merged chunk: about what one page of the table's storage can point at. */
const MERGED_POINTS = 4_096;
/** The most that one merge takes: nobody else is answered while its points are put together, which takes some 10 ms. */
const CHUNKS_AT_ONCE = 1_024;
const POINTS_AT_ONCE = 65_536;
/** Fewer small chunks cost a reader little. */
export const MANY_CHUNKS = 64;
/** How many of the newest chunks are looked at when nothing is known of what was written. */
const NEWEST_CHUNKS = 200_000;

/** One metric of one run. */
export interface SeriesName {
  /** With hyphens. */
  runId: string;
  key: string;
}

interface TakenChunk {
  attempt: number;
  points: number;
  steps: Buffer;
  timestamps: Buffer;
  values: Buffer;
}

/** Turns many small chunks of a metric into few. */
@Injectable()
export class SeriesMergeRepository {
  readonly #database: Database;

  constructor(em: EntityManager) {
    this.#database = new Database(em);
  }

  /** Metrics with many small chunks among the newest chunks of all. */
  scattered(): Promise<SeriesName[]> {
    return this.#database.query<SeriesName>(
      `SELECT run_id AS "runId", key FROM metric_series
       WHERE id > (SELECT max(id) FROM metric_series) - $1::bigint AND points <= $2
       GROUP BY run_id, key HAVING count(*) >= $3`,
      [NEWEST_CHUNKS, SMALL_POINTS, MANY_CHUNKS],
    );
  }

  /**
   * One transaction, so every reader sees either the old chunks or the new ones. Writers only add chunks and never wait;
   * what another merge holds is left to it.
   * @returns true where there may be more to merge
   */
  merge({ runId, key }: SeriesName): Promise<boolean> {
    return this.#database.transaction(async (query) => {
      // Keeps the run from being purged meanwhile, which would leave chunks of no run.
      const runs = await query('SELECT FROM run WHERE id = $1 FOR KEY SHARE', [runId]);
      if (runs.length === 0) return false;
      const taken = await query<TakenChunk>(TAKE, [runId, key, SMALL_POINTS, CHUNKS_AT_ONCE, POINTS_AT_ONCE]);
      for (const attempt of new Set(taken.map((chunk) => chunk.attempt))) {
        const points = inOrder(unpackChunks(taken.filter((chunk) => chunk.attempt === attempt)), 'timestamp');
        for (let start = 0; start < points.values.length; start += MERGED_POINTS) {
          const end = Math.min(start + MERGED_POINTS, points.values.length);
          await insert(query, { runId, key }, attempt, sliced(points, start, end));
        }
      }
      const count = taken.reduce((sum, { points }) => sum + points, 0);
      return taken.length === CHUNKS_AT_ONCE || count > POINTS_AT_ONCE - SMALL_POINTS;
    });
  }
}

// In the order of their time, so that mostly nothing is left to sort.
const TAKE = `
  WITH small AS (
    SELECT id, points FROM metric_series WHERE run_id = $1 AND key = $2 AND points <= $3
    ORDER BY id LIMIT $4 FOR UPDATE SKIP LOCKED
  ), counted AS (
    SELECT id, sum(points) OVER (ORDER BY id) AS total FROM small
  ), taken AS (
    DELETE FROM metric_series WHERE id IN (SELECT id FROM counted WHERE total <= $5)
    RETURNING id, first_timestamp, attempt, points, steps, timestamps, values
  )
  SELECT attempt, points, steps, timestamps, values FROM taken ORDER BY first_timestamp, id`;

async function insert(query: Query, { runId, key }: SeriesName, attempt: number, points: Points): Promise<void> {
  const count = points.values.length;
  const chunk = packChunk(points);
  const [firstStep, lastStep] = extentOf(points.steps);
  const [firstTimestamp, lastTimestamp] = [points.timestamps[0], points.timestamps[count - 1]];
  const extent = [firstStep, lastStep, firstTimestamp, lastTimestamp];
  await query(INSERT, [runId, key, attempt, count, ...extent, chunk.steps, chunk.timestamps, chunk.values]);
}

// float8 between, because a whole number of JavaScript may be written with an exponent.
const INSERT = `
  INSERT INTO metric_series (run_id, key, attempt, points, first_step, last_step, first_timestamp, last_timestamp,
                             steps, timestamps, values)
  VALUES ($1, $2, $3, $4, $5::float8::bigint, $6::float8::bigint, $7::float8::bigint, $8::float8::bigint, $9, $10, $11)`;
