import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { millisecondsSql } from '../database/milliseconds.js';
import type { Lifecycle } from '../experiments/experiment.entity.js';
import type { JsonNumber } from './json-number.js';
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
  parameters: Record<string, string>;
  tags: Record<string, string>;
}

/** What an update changes; absent = it stays. */
export interface RunChange {
  id: string;
  status?: RunStatus;
  /** Milliseconds since 1970. */
  endTime?: number;
  /** True = it goes on: it has no end any more. */
  reopens?: boolean;
  name?: string;
  /** null removes one. */
  tags?: Record<string, string | null>;
}

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
  lifecycle: Lifecycle;
  /** Null = the default location of its experiment. */
  artifactLocation: string | null;
  parameters: Record<string, string>;
  tags: Record<string, string>;
  /** [key, value, step, timestamp] of each metric's latest value, by key. */
  metrics: [key: string, value: JsonNumber, step: number, timestamp: number][];
}

/** What a new run has of its experiment and of the moment. */
type OfExperiment = Pick<RunRecord, 'experimentId' | 'experimentName' | 'artifactLocation' | 'createdAt'>;

/** What every new run has. */
const NEW = { status: 'RUNNING', endTime: null, lifecycle: 'active', metrics: [] } satisfies Partial<RunRecord>;

const RECORD = `
  run.id, run.experiment_id AS "experimentId", experiment.name AS "experimentName", run.name, run.status, run.user_name AS "userName",
  ${millisecondsSql('run.start_time')} AS "startTime", ${millisecondsSql('run.end_time')} AS "endTime",
  ${millisecondsSql('run.created_at')} AS "createdAt", run.lifecycle, experiment.artifact_location AS "artifactLocation",
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
   * @returns those that were written, by id
   */
  async insertAll(runs: NewRun[]): Promise<Map<string, RunRecord>> {
    const statement = runs.some(isLabelled) ? INSERT_LABELLED : INSERT;
    const rows = await this.#database.query<OfExperiment>(statement, [JSON.stringify(runs)]);
    const experiments = new Map(rows.map((row) => [row.experimentId, row]));
    const records = new Map<string, RunRecord>();
    for (const run of runs) {
      const experiment = experiments.get(run.experimentId);
      if (experiment) records.set(run.id, { ...run, ...experiment, ...NEW });
    }
    return records;
  }

  /**
   * Changes active runs, each named once, in one commit.
   * @returns them as they are now
   */
  async updateAll(changes: RunChange[]): Promise<Map<string, RunRecord>> {
    const statement = changes.some(({ tags }) => tags) ? UPDATE_LABELLED : UPDATE;
    const rows = await this.#database.query<RunRecord>(statement, [JSON.stringify(changes.map(changeRow))]);
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
  async lifecycles(ids: string[]): Promise<Map<string, Lifecycle>> {
    const rows = await this.#database.query<{ id: string; lifecycle: Lifecycle }>(
      'SELECT id, lifecycle FROM run WHERE id = ANY($1::uuid[])',
      [ids],
    );
    return new Map(rows.map(({ id, lifecycle }) => [id, lifecycle]));
  }

  /** @returns those of the ids that exist, whatever their lifecycle was */
  async setLifecycle(ids: string[], lifecycle: Lifecycle): Promise<string[]> {
    const rows = await this.#database.query<{ id: string }>(SET_LIFECYCLE, [ids, lifecycle]);
    return rows.map(({ id }) => id);
  }
}

function isLabelled({ parameters, tags }: NewRun): boolean {
  return Object.keys(parameters).length > 0 || Object.keys(tags).length > 0;
}

/**
 * Answers the active ones of the experiments: reading every new run back would take an eighth of the time.
 * @param returning what `indexes` need of the new rows @param indexes CTEs that write what finds the rows of `run`
 */
const insertAnd = (returning: string, indexes: string) => `
  WITH given AS (
    SELECT * FROM json_to_recordset($1::json) AS given(
      id uuid, "experimentId" int, name text, "userName" text, "startTime" float8, parameters jsonb, tags jsonb)
  ), active AS (
    -- Who deletes the experiment waits until its new runs can be seen.
    SELECT id, name, artifact_location FROM experiment
    WHERE id = ANY (ARRAY(SELECT "experimentId" FROM given)) AND lifecycle = 'active'
    ORDER BY id FOR SHARE
  ), run AS (
    INSERT INTO run (id, experiment_id, name, status, user_name, start_time, parameters, tags)
    SELECT given.id, active.id, given.name, '${NEW.status}', "userName", to_timestamp("startTime" / 1000), given.parameters, given.tags
    FROM given JOIN active ON active.id = "experimentId"
    ${returning}
  )${indexes}
  SELECT id AS "experimentId", name AS "experimentName", artifact_location AS "artifactLocation",
         ${millisecondsSql('now()')} AS "createdAt"
  FROM active`;

/** What only labels need is a quarter of the database's time. */
const INSERT = insertAnd('', '');

const INSERT_LABELLED = insertAnd(
  'RETURNING id, experiment_id, parameters, tags',
  `, parameter AS (
    ${indexLabels('run_parameter', 'run', 'parameters')}
    RETURNING experiment_id, key
  ), tag AS (
    ${indexLabels('run_tag', 'run', 'tags')}
    RETURNING experiment_id, key
  ), named AS (
    ${countKeys(`SELECT experiment_id, 'parameter' AS kind, key FROM parameter
      UNION ALL SELECT experiment_id, 'tag', key FROM tag`)}
  )`,
);

/** @param tags an expression for what they become @param indexes CTEs that write what finds the changed rows of `run` */
const updateAnd = (tags: string, indexes: string) => `
  WITH given AS (
    SELECT * FROM json_to_recordset($1::json) AS given(
      id uuid, status text, "endTime" float8, reopens boolean, name text, added jsonb, removed text[])
  ), locked AS (
    -- Who frees deleted runs may hold them for long.
    SELECT id FROM run WHERE id = ANY (ARRAY(SELECT id FROM given)) AND lifecycle = 'active'
    ORDER BY id FOR NO KEY UPDATE
  ), run AS (
    UPDATE run SET status = coalesce(given.status, run.status), name = coalesce(given.name, run.name),
                   end_time = CASE WHEN reopens THEN NULL ELSE coalesce(to_timestamp("endTime" / 1000), run.end_time) END,
                   tags = ${tags}
    FROM given
    WHERE run.id = given.id AND run.id = ANY (ARRAY(SELECT id FROM locked)) AND run.lifecycle = 'active'
    RETURNING run.*, given.added, given.removed
  )${indexes}
  SELECT ${RECORD} FROM run JOIN experiment ON experiment.id = run.experiment_id`;

const UPDATE = updateAnd('run.tags', '');

const UPDATE_LABELLED = updateAnd(
  '(run.tags || given.added) - given.removed',
  `, untagged AS (
    DELETE FROM run_tag USING run WHERE run_tag.run_id = run.id AND run_tag.key = ANY (run.removed)
    RETURNING run_tag.experiment_id, run_tag.key
  ), tag AS (
    ${indexLabels('run_tag', 'run', 'added')}
    ON CONFLICT (run_id, key) DO UPDATE SET head = excluded.head
    RETURNING experiment_id, key, xmax = 0 AS is_new
  ), named AS (
    ${countKeys(
      `SELECT experiment_id, 'tag' AS kind, key FROM tag WHERE is_new`,
      `SELECT experiment_id, 'tag' AS kind, key FROM untagged`,
    )}
  )`,
);

function changeRow({ tags = {}, ...change }: RunChange) {
  const removed = Object.keys(tags).filter((key) => tags[key] === null);
  return { ...change, added: Object.fromEntries(Object.entries(tags).filter(([, value]) => value !== null)), removed };
}

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
