import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Database, type Query } from '../database/database.js';
import { countKeys, indexLabels, keepLatest } from './run-index-sql.js';
import { isLater, type Point, packChunk } from './series-chunk.js';

/** The points of one metric of one run that are written together. */
export interface NewSeries {
  runId: string;
  key: string;
  points: Point[];
}

/** What a run holds already, under a lock. */
export interface LockedRun {
  id: string;
  lifecycle: 'active' | 'deleted';
  parameters: Record<string, string>;
  tags: Record<string, string>;
}

/** New parameters and tags of one run. */
export interface RunText {
  runId: string;
  /** None of them is there yet. */
  parameters: Record<string, string>;
  tags: Record<string, string>;
  /** Absent = it keeps its name. */
  name?: string;
}

/** Appending to runs: series, latest values, parameters, tags, and what finds them. */
@Injectable()
export class RunLogRepository {
  readonly #database: Database;

  constructor(em: EntityManager) {
    this.#database = new Database(em);
  }

  transaction<Result>(work: (query: Query) => Promise<Result>): Promise<Result> {
    return this.#database.transaction(work);
  }

  /** The runs that exist among the ids. Others wait until the transaction ends before they change one of them. */
  async lock(query: Query, ids: string[]): Promise<Map<string, LockedRun>> {
    const rows = await query<LockedRun>(
      'SELECT id, lifecycle, parameters, tags FROM run WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE',
      [ids],
    );
    return new Map(rows.map((row) => [row.id, row]));
  }

  /**
   * Appends series to active runs, each (run, key) named once.
   * @returns the ids of the runs that took them; the others are deleted or do not exist
   */
  async appendSeries(series: NewSeries[], query: Query = this.#database.query): Promise<Set<string>> {
    const { descriptions, packed } = pack(series);
    const rows = await query<{ run: string }>(APPEND_SERIES, [JSON.stringify(descriptions), packed]);
    return new Set(rows.map(({ run }) => run));
  }

  /** Adds parameters and tags to locked runs. */
  async addText(texts: RunText[], query: Query): Promise<void> {
    await query(ADD_TEXT, [JSON.stringify(texts)]);
  }
}

/** One buffer for all, because a parameter that is an array of buffers travels as hexadecimal text. */
function pack(series: NewSeries[]) {
  const pieces: Buffer[] = [];
  let offset = 0;
  const descriptions = series.map(({ runId, key, points }) => {
    let latest = points[0];
    let [firstStep, lastStep] = [latest.step, latest.step];
    let [firstTimestamp, lastTimestamp] = [latest.timestamp, latest.timestamp];
    for (const point of points) {
      if (isLater(point, latest)) latest = point;
      if (point.step < firstStep) firstStep = point.step;
      if (point.step > lastStep) lastStep = point.step;
      if (point.timestamp < firstTimestamp) firstTimestamp = point.timestamp;
      if (point.timestamp > lastTimestamp) lastTimestamp = point.timestamp;
    }
    const { steps, timestamps, values } = packChunk(points);
    pieces.push(steps, timestamps, values);
    const description = {
      run: runId,
      key,
      points: points.length,
      first_step: firstStep,
      last_step: lastStep,
      first_timestamp: firstTimestamp,
      last_timestamp: lastTimestamp,
      // SQL counts bytes from 1.
      at: offset + 1,
      steps_size: steps.length,
      timestamps_size: timestamps.length,
      value: Number.isFinite(latest.value) ? latest.value : String(latest.value),
      step: latest.step,
      timestamp: latest.timestamp,
    };
    offset += steps.length + timestamps.length + values.length;
    return description;
  });
  return { descriptions, packed: Buffer.concat(pieces) };
}

const APPEND_SERIES = `
  WITH given AS MATERIALIZED (
    SELECT given.*, run.experiment_id FROM json_to_recordset($1::json) AS given(
      run uuid, key text, points int, first_step bigint, last_step bigint, first_timestamp bigint, last_timestamp bigint,
      at int, steps_size int, timestamps_size int, value float8, step bigint, timestamp bigint)
    JOIN run ON run.id = given.run AND run.lifecycle = 'active'
  ), series AS (
    INSERT INTO metric_series (run_id, key, points, first_step, last_step, first_timestamp, last_timestamp,
                               steps, timestamps, values)
    SELECT run, key, points, first_step, last_step, first_timestamp, last_timestamp,
           substr($2::bytea, at, steps_size), substr($2, at + steps_size, timestamps_size),
           substr($2, at + steps_size + timestamps_size, 8 * points)
    FROM given
  ), latest AS (
    ${keepLatest('given')}
  ), named AS (
    ${countKeys(`SELECT experiment_id, 'metric' AS kind, key FROM latest WHERE is_new`)}
  )
  SELECT DISTINCT run FROM given`;

const ADD_TEXT = `
  WITH given AS (
    SELECT * FROM json_to_recordset($1::json) AS given("runId" uuid, parameters jsonb, tags jsonb, name text)
  ), run AS (
    UPDATE run SET parameters = run.parameters || given.parameters, tags = run.tags || given.tags,
                   name = coalesce(given.name, run.name)
    FROM given WHERE run.id = "runId"
    RETURNING run.id, run.experiment_id, given.parameters, given.tags
  ), parameter AS (
    ${indexLabels('run_parameter', 'run', 'parameters')}
    RETURNING experiment_id, key
  ), tag AS (
    ${indexLabels('run_tag', 'run', 'tags')}
    ON CONFLICT (run_id, key) DO UPDATE SET head = excluded.head
    RETURNING experiment_id, key, xmax = 0 AS is_new
  ), named AS (
    ${countKeys(`SELECT experiment_id, 'parameter' AS kind, key FROM parameter
      UNION ALL SELECT experiment_id, 'tag', key FROM tag WHERE is_new`)}
  )
  SELECT`;
