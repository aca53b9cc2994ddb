import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Database, type Query } from '../database/database.js';
import type { Lifecycle } from '../experiments/experiment.entity.js';
import { jsonNumber } from './json-number.js';
import { countKeys, indexLabels, keepLatest } from './run-index-sql.js';
import { extentOf, latestOf, type NewPoints, packChunk } from './series-chunk.js';

/** The points of one metric of one run that are written together. */
export interface NewSeries {
  runId: string;
  key: string;
  points: NewPoints;
}

/** A run under a lock. */
export interface LockedRun {
  lifecycle: Lifecycle;
  tags: Record<string, string>;
}

/** Parameters and tags for one run. */
export interface RunText {
  runId: string;
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

  /** The run, unless there is none. Others wait until the transaction ends before they change it. */
  async lock(query: Query, id: string): Promise<LockedRun | undefined> {
    const [row] = await query<LockedRun>('SELECT lifecycle, tags FROM run WHERE id = $1 FOR NO KEY UPDATE', [id]);
    return row;
  }

  /**
   * Appends series to active runs, each (run, key) named once.
   * @returns the ids of the runs that took them; the others are deleted or do not exist
   */
  async appendSeries(series: NewSeries[]): Promise<Set<string>> {
    const { descriptions, packed } = pack(series);
    const rows = await this.#database.query<{ run: string }>(APPEND_SERIES, [JSON.stringify(descriptions), packed]);
    return new Set(rows.map(({ run }) => run));
  }

  /**
   * Appends parameters, tags and series to active runs, each run and each (run, key) named once. A run takes all that it is
   * given or, where a parameter has another value already, nothing.
   * @param series of runs that are named in `texts`
   * @returns the ids of the runs that took theirs
   */
  async append(texts: RunText[], series: NewSeries[], query: Query = this.#database.query): Promise<Set<string>> {
    const { descriptions, packed } = pack(series);
    const rows = await query<{ id: string }>(APPEND, [JSON.stringify(descriptions), packed, JSON.stringify(texts)]);
    return new Set(rows.map(({ id }) => id));
  }
}

/** One buffer for all, because a parameter that is an array of buffers travels as hexadecimal text. */
function pack(series: NewSeries[]) {
  const pieces: Buffer[] = [];
  let offset = 0;
  const descriptions = series.map(({ runId, key, points }) => {
    const latest = latestOf(points);
    const [firstStep, lastStep] = extentOf(points.steps);
    const [firstTimestamp, lastTimestamp] = extentOf(points.timestamps);
    const { steps, timestamps, values } = packChunk(points);
    pieces.push(steps, timestamps, values);
    const description = {
      run: runId,
      key,
      points: points.values.length,
      first_step: firstStep,
      last_step: lastStep,
      first_timestamp: firstTimestamp,
      last_timestamp: lastTimestamp,
      // SQL counts bytes from 1.
      at: offset + 1,
      steps_size: steps.length,
      timestamps_size: timestamps.length,
      value: jsonNumber(points.values[latest]),
      step: points.steps[latest],
      timestamp: points.timestamps[latest],
    };
    offset += steps.length + timestamps.length + values.length;
    return description;
  });
  return { descriptions, packed: Buffer.concat(pieces) };
}

/** The series of $1, their bytes in $2. */
const DESCRIBED = `
  described AS MATERIALIZED (
    SELECT * FROM json_to_recordset($1::json) AS described(
      run uuid, key text, points int, first_step bigint, last_step bigint, first_timestamp bigint, last_timestamp bigint,
      at int, steps_size int, timestamps_size int, value float8, step bigint, timestamp bigint)
  )`;

/** Writes what is described. @param runs a CTE for the `id` and `experiment_id` of the runs that take theirs */
const appendSeriesTo = (runs: string) => `
  given AS MATERIALIZED (
    SELECT described.*, run.experiment_id FROM described JOIN ${runs} AS run ON run.id = described.run
  ), series AS (
    INSERT INTO metric_series (run_id, key, points, first_step, last_step, first_timestamp, last_timestamp,
                               steps, timestamps, values)
    SELECT run, key, points, first_step, last_step, first_timestamp, last_timestamp,
           substr($2::bytea, at, steps_size), substr($2, at + steps_size, timestamps_size),
           substr($2, at + steps_size + timestamps_size, 8 * points)
    FROM given
  ), latest AS (
    ${keepLatest('given')}
  )`;

const NEW_METRICS = `SELECT experiment_id, 'metric' AS kind, key FROM latest WHERE is_new`;

const APPEND_SERIES = `
  WITH ${DESCRIBED}, active AS (
    SELECT id, experiment_id FROM run WHERE id = ANY (ARRAY(SELECT run FROM described)) AND lifecycle = 'active'
  ), ${appendSeriesTo('active')}, named AS (
    ${countKeys(NEW_METRICS)}
  )
  SELECT DISTINCT run FROM given`;

// A parameter that a run has already is not counted again. Whoever waits for a run sees it as it is by then.
const APPEND = `
  WITH ${DESCRIBED}, text AS (
    SELECT * FROM json_to_recordset($3::json) AS text("runId" uuid, parameters jsonb, tags jsonb, name text)
  ), locked AS MATERIALIZED (
    SELECT id FROM run WHERE id = ANY (ARRAY(SELECT "runId" FROM text)) AND lifecycle = 'active'
    ORDER BY id FOR NO KEY UPDATE
  ), changed AS (
    UPDATE run SET parameters = run.parameters || text.parameters, tags = run.tags || text.tags,
                   name = coalesce(text.name, run.name)
    FROM text
    WHERE run.id = "runId" AND run.id = ANY (ARRAY(SELECT id FROM locked)) AND run.lifecycle = 'active'
      AND (text.parameters || run.parameters) @> text.parameters
    RETURNING run.id, run.experiment_id, text.parameters, text.tags
  ), parameter AS (
    ${indexLabels('run_parameter', 'changed', 'parameters')}
    ON CONFLICT DO NOTHING
    RETURNING experiment_id, key
  ), tag AS (
    ${indexLabels('run_tag', 'changed', 'tags')}
    ON CONFLICT (run_id, key) DO UPDATE SET head = excluded.head
    RETURNING experiment_id, key, xmax = 0 AS is_new
  ), ${appendSeriesTo('changed')}, named AS (
    ${countKeys(`SELECT experiment_id, 'parameter' AS kind, key FROM parameter
      UNION ALL SELECT experiment_id, 'tag', key FROM tag WHERE is_new UNION ALL ${NEW_METRICS}`)}
  )
  SELECT id FROM changed`;
