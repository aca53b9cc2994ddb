import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { RunStatus } from './run.entity.js';
import { countKeys, indexLabels } from './run-index-sql.js';

export interface NewRun {
  /** With hyphens. */
  id: string;
  experimentId: number;
  name: string;
  userName: string;
  /** Milliseconds since 1970. */
  startTime: number;
  tags: Record<string, string>;
}

/** What an update changes; absent = it stays. */
export interface RunChange {
  id: string;
  status?: RunStatus;
  /** Milliseconds since 1970. */
  endTime?: number;
  name?: string;
}

/** A value as JSON carries it: PostgreSQL writes what is no number as a text. */
export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity';

/** A run with everything that a page shows of it, but for its series and data sets. */
export interface RunRecord {
  id: string;
  experimentId: number;
  experimentName: string;
  name: string;
  status: RunStatus;
  userName: string;
  /** Milliseconds since 1970, here and below. */
  startTime: number | null;
  endTime: number | null;
  createdAt: number;
  lifecycle: 'active' | 'deleted';
  /** Null = the default location of its experiment. */
  artifactLocation: string | null;
  parameters: Record<string, string>;
  tags: Record<string, string>;
  /** [key, value, step, timestamp] of each metric's latest value, by key. */
  metrics: [key: string, value: JsonNumber, step: number, timestamp: number][];
}

const MILLISECONDS = (column: string) => `floor(extract(epoch FROM ${column}) * 1000)::float8`;

const RECORD = `
  run.id, run.experiment_id AS "experimentId", experiment.name AS "experimentName", run.name, run.status, run.user_name AS "userName",
  ${MILLISECONDS('run.start_time')} AS "startTime", ${MILLISECONDS('run.end_time')} AS "endTime",
  ${MILLISECONDS('run.created_at')} AS "createdAt", run.lifecycle, experiment.artifact_location AS "artifactLocation",
  run.parameters, run.tags`;

/** Runs as rows. What is logged to them: {@link RunLogRepository}. */
@Injectable()
export class RunRepository {
  readonly #database: Database;

  constructor(em: EntityManager) {
    this.#database = new Database(em);
  }

  /**
   * Writes runs whose experiment is active, in one commit.
   * @returns the ids of those that were written
   */
  async insertAll(runs: NewRun[]): Promise<Map<string, RunRecord>> {
    const rows = await this.#database.query<RunRecord>(INSERT, [JSON.stringify(runs)]);
    return new Map(rows.map((row) => [row.id, { ...row, metrics: [] }]));
  }

  /**
   * Changes active runs, each named once, in one commit.
   * @returns them as they are now
   */
  async updateAll(changes: RunChange[]): Promise<Map<string, RunRecord>> {
    const rows = await this.#database.query<RunRecord>(UPDATE, [JSON.stringify(changes)]);
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** In the order of the ids; those that belong to no run are left out. */
  byIds(ids: string[]): Promise<RunRecord[]> {
    return this.#database.query<RunRecord>(BY_IDS, [ids]);
  }

  /** Those of the runs that a task fills; probes of the queue, which nobody submitted, are none. */
  async tasksAmong(ids: string[]): Promise<Set<string>> {
    const rows = await this.#database.query<{ id: string }>(
      'SELECT id FROM task WHERE id = ANY($1::uuid[]) AND catalogue IS NOT NULL',
      [ids],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Lifecycles by id, of those that exist. */
  async lifecycles(ids: string[]): Promise<Map<string, 'active' | 'deleted'>> {
    const rows = await this.#database.query<{ id: string; lifecycle: 'active' | 'deleted' }>(
      'SELECT id, lifecycle FROM run WHERE id = ANY($1::uuid[])',
      [ids],
    );
    return new Map(rows.map(({ id, lifecycle }) => [id, lifecycle]));
  }

  /** @returns those of the ids that exist, whatever their lifecycle was */
  async setLifecycle(ids: string[], lifecycle: 'active' | 'deleted'): Promise<string[]> {
    const rows = await this.#database.query<{ id: string }>(SET_LIFECYCLE, [ids, lifecycle]);
    return rows.map(({ id }) => id);
  }

  /** @returns false where the run has no such tag */
  async removeTag(id: string, key: string): Promise<boolean> {
    const rows = await this.#database.query(REMOVE_TAG, [id, key]);
    return rows.length > 0;
  }
}

const INSERT = `
  WITH given AS (
    SELECT * FROM json_to_recordset($1::json) AS given(
      id uuid, "experimentId" int, name text, "userName" text, "startTime" float8, tags jsonb)
  ), active AS (
    -- Who deletes the experiment waits until its new runs can be seen.
    SELECT id FROM experiment WHERE id = ANY (ARRAY(SELECT "experimentId" FROM given)) AND lifecycle = 'active'
    ORDER BY id FOR SHARE
  ), run AS (
    INSERT INTO run (id, experiment_id, name, status, user_name, start_time, tags)
    SELECT given.id, experiment.id, given.name, 'RUNNING', "userName", to_timestamp("startTime" / 1000), given.tags
    FROM given JOIN active AS experiment ON experiment.id = "experimentId"
    RETURNING *
  ), found AS (
    ${indexLabels('run_tag', 'run', 'tags')}
    RETURNING experiment_id, key
  ), named AS (
    ${countKeys(`SELECT experiment_id, 'tag' AS kind, key FROM found`)}
  )
  SELECT ${RECORD} FROM run JOIN experiment ON experiment.id = run.experiment_id`;

const UPDATE = `
  WITH given AS (
    SELECT * FROM json_to_recordset($1::json) AS given(id uuid, status text, "endTime" float8, name text)
  ), locked AS (
    SELECT id FROM run WHERE id = ANY (ARRAY(SELECT id FROM given)) ORDER BY id FOR NO KEY UPDATE
  ), run AS (
    UPDATE run SET status = coalesce(given.status, run.status), name = coalesce(given.name, run.name),
                   end_time = coalesce(to_timestamp("endTime" / 1000), run.end_time)
    FROM given
    WHERE run.id = given.id AND run.id = ANY (ARRAY(SELECT id FROM locked)) AND run.lifecycle = 'active'
    RETURNING run.*
  )
  SELECT ${RECORD} FROM run JOIN experiment ON experiment.id = run.experiment_id`;

const BY_IDS = `
  SELECT ${RECORD}, coalesce(metrics, '[]') AS metrics
  FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted(id, place)
  JOIN run USING (id) JOIN experiment ON experiment.id = run.experiment_id
  CROSS JOIN LATERAL (
    SELECT json_agg(json_build_array(key, value, step, timestamp) ORDER BY key) AS metrics
    FROM latest_metric WHERE run_id = run.id) AS latest
  ORDER BY place`;

const SET_LIFECYCLE = `
  UPDATE run SET lifecycle = $2,
                 deleted_at = CASE WHEN $2 = 'active' THEN NULL ELSE coalesce(deleted_at, now()) END
  WHERE id IN (SELECT id FROM run WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE)
  RETURNING id`;

const REMOVE_TAG = `
  WITH run AS (
    UPDATE run SET tags = tags - $2::text WHERE id = $1 AND tags ? $2::text RETURNING id, experiment_id
  ), found AS (
    DELETE FROM run_tag USING run WHERE run_tag.run_id = run.id AND key = $2
  ), named AS (
    UPDATE run_key SET runs = runs - 1 FROM run
    WHERE run_key.experiment_id = run.experiment_id AND kind = 'tag' AND key = $2
  )
  SELECT id FROM run`;
