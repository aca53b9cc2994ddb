import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Chunk } from './series-chunk.js';

/** Where the points of a chunk lie. */
export interface ChunkExtent {
  id: string;
  points: number;
  first: number;
  last: number;
}

/** The stored chunks of metrics. */
@Injectable()
export class HistoryRepository {
  readonly #database: Database;

  constructor(em: EntityManager) {
    this.#database = new Database(em);
  }

  /** Extents along an axis, in its order. */
  async extents(runId: string, key: string, axis: 'step' | 'timestamp'): Promise<ChunkExtent[]> {
    return this.#database.query<ChunkExtent>(
      `SELECT id, points, first_${axis}::float8 AS first, last_${axis}::float8 AS last
       FROM metric_series WHERE run_id = $1 AND key = $2 ORDER BY first_${axis}, last_${axis}, id`,
      [runId, key],
    );
  }

  /** Chunks in the order of their ids as given; those that were merged away meanwhile are missing. */
  chunks(ids: string[]): Promise<Chunk[]> {
    return this.#database.query<Chunk>(
      'SELECT steps, timestamps, values FROM metric_series WHERE id = ANY($1::bigint[]) ORDER BY array_position($1, id)',
      [ids],
    );
  }

  /** How many points are stored of each metric of each run; one that is not there is left out. Repeated points count. */
  sizes(runIds: string[], keys: string[] | null): Promise<{ runId: string; key: string; points: number }[]> {
    return this.#database.query(
      `SELECT run_id AS "runId", key, sum(points)::float8 AS points FROM metric_series
       WHERE run_id = ANY($1::uuid[]) AND ($2::text[] IS NULL OR key = ANY($2))
       GROUP BY run_id, key ORDER BY array_position($2, key), array_position($1, run_id)`,
      [runIds, keys],
    );
  }

  /** All chunks of a metric that touch a range of steps. */
  chunksOf(
    runId: string,
    key: string,
    firstStep: number | null,
    lastStep: number | null,
  ): Promise<(Chunk & { id: string })[]> {
    return this.#database.query(
      `SELECT id, steps, timestamps, values FROM metric_series
       WHERE run_id = $1 AND key = $2 AND ($3::float8 IS NULL OR last_step >= $3) AND ($4::float8 IS NULL OR first_step <= $4)
       ORDER BY first_step, id`,
      [runId, key, firstStep, lastStep],
    );
  }

  /** The ids of all chunks of a metric, in the order of {@link chunksOf}. */
  async idsOf(runId: string, key: string): Promise<string[]> {
    const rows = await this.#database.query<{ id: string }>(
      'SELECT id FROM metric_series WHERE run_id = $1 AND key = $2 ORDER BY first_step, id',
      [runId, key],
    );
    return rows.map(({ id }) => id);
  }
}
