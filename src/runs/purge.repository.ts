import { setTimeout as sleep } from 'node:timers/promises';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { APPLICATION, Database, type Query } from '../database/database.js';
import type { PurgedRun } from './purge-hooks.js';

/** Names the lock that one process at a time holds while it looks for what to purge. */
const LOCK = 7_270_517;

/** As long as a statement may take. */
const WRITING_LIMIT_MS = 30_000;
const WRITING_POLL_MS = 10;

/** Frees rows for good. */
@Injectable()
export class PurgeRepository {
  readonly #database: Database;

  constructor(em: EntityManager) {
    this.#database = new Database(em);
  }

  /** Runs that were deleted so long ago, up to `limit`, but for some. */
  async expired(days: number, limit: number, except: readonly string[]): Promise<string[]> {
    const rows = await this.#database.query<{ id: string }>(
      `SELECT id FROM run WHERE lifecycle = 'deleted' AND deleted_at < now() - make_interval(days => $1)
         AND id <> ALL($3::uuid[])
       ORDER BY deleted_at LIMIT $2`,
      [days, limit, except],
    );
    return rows.map(({ id }) => id);
  }

  /** Experiments that were deleted so long ago. */
  async expiredExperiments(days: number): Promise<number[]> {
    const rows = await this.#database.query<{ id: number }>(
      `SELECT id FROM experiment WHERE lifecycle = 'deleted' AND deleted_at < now() - make_interval(days => $1)`,
      [days],
    );
    return rows.map(({ id }) => id);
  }

  /** Runs of an experiment, up to `limit`. */
  async runsOf(experimentId: number, limit: number): Promise<string[]> {
    const rows = await this.#database.query<{ id: string }>('SELECT id FROM run WHERE experiment_id = $1 LIMIT $2', [
      experimentId,
      limit,
    ]);
    return rows.map(({ id }) => id);
  }

  /**
   * Waits until the statements that run at this moment, in any process, have ended: one that appends to a run holds no lock
   * on it, and may have begun before the run was deleted.
   */
  async untilWritten(): Promise<void> {
    const end = performance.now() + WRITING_LIMIT_MS;
    let running = await this.#database.query<Statement>(RUNNING);
    while (running.length > 0 && performance.now() < end) {
      await sleep(WRITING_POLL_MS);
      const now = new Set((await this.#database.query<Statement>(RUNNING)).map(({ pid, start }) => `${pid} ${start}`));
      running = running.filter(({ pid, start }) => now.has(`${pid} ${start}`));
    }
  }

  /**
   * Frees the deleted runs among the ids, with their series, latest values, parameters, tags, data set inputs and tasks.
   * @param before frees what others keep of them while they are locked, and answers those of which nothing is kept any more
   * @returns how many were freed
   */
  purge(ids: string[], before: (runs: PurgedRun[], query: Query) => Promise<PurgedRun[]>): Promise<number> {
    return this.#database.transaction(async (query) => {
      await query(PATIENT);
      // Tasks before runs, as those who execute them lock both.
      await query('SELECT id FROM task WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE', [ids]);
      const runs = await before(await query<PurgedRun>(LOCK_RUNS, [ids]), query);
      if (runs.length === 0) return 0;
      const experiments = [...new Set(runs.map(({ experimentId }) => experimentId))];
      await query(PURGE, [runs.map(({ id }) => id)]);
      await query('DELETE FROM run_key WHERE experiment_id = ANY($1::int[]) AND runs <= 0', [experiments]);
      return runs.length;
    });
  }

  /**
   * Frees a deleted experiment that has no runs left.
   * @param before frees what others keep of it while it is locked; where it fails the experiment stays
   * @returns false where it has some, is active or does not exist
   */
  purgeExperiment(id: number, before: (query: Query) => Promise<void>): Promise<boolean> {
    return this.#database.transaction(async (query) => {
      await query(PATIENT);
      const locked = await query(
        `SELECT id FROM experiment WHERE id = $1 AND lifecycle = 'deleted'
         AND NOT EXISTS (SELECT FROM run WHERE experiment_id = $1) FOR NO KEY UPDATE`,
        [id],
      );
      if (locked.length === 0) return false;
      await before(query);
      await query('DELETE FROM experiment WHERE id = $1', [id]);
      await query('DELETE FROM dataset WHERE experiment_id = $1', [id]);
      await query('DELETE FROM run_key WHERE experiment_id = $1', [id]);
      return true;
    });
  }

  /** @returns false where another process is at it */
  async alone(work: () => Promise<void>): Promise<boolean> {
    // The lock goes with the connection, which no time limit ends as it does a transaction.
    const client = await this.#database.dedicatedClient('cellar purge');
    try {
      const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [LOCK]);
      if (rows[0].locked) await work();
      return rows[0].locked;
    } finally {
      await client.end();
    }
  }
}

/** Removing files may take longer than a transaction may usually do nothing. */
const PATIENT = 'SET LOCAL idle_in_transaction_session_timeout = 0';

/** A statement that a process of ours has sent. */
interface Statement {
  pid: number;
  start: string;
}

const RUNNING = `
  SELECT pid, query_start::text AS start FROM pg_stat_activity
  WHERE datname = current_database() AND usename = current_user AND application_name = '${APPLICATION}'
    AND state = 'active' AND pid <> pg_backend_pid()`;

const LOCK_RUNS = `
  SELECT run.id, run.experiment_id AS "experimentId", run.lifecycle, experiment.artifact_location AS "artifactLocation"
  FROM run JOIN experiment ON experiment.id = run.experiment_id
  WHERE run.id = ANY($1::uuid[]) AND run.lifecycle = 'deleted' ORDER BY run.id FOR UPDATE OF run`;

const PURGE = `
  WITH run AS (
    DELETE FROM run WHERE id = ANY($1::uuid[])
  ), series AS (
    DELETE FROM metric_series WHERE run_id = ANY($1)
  ), metric AS (
    DELETE FROM latest_metric WHERE run_id = ANY($1) RETURNING experiment_id, 'metric' AS kind, key
  ), parameter AS (
    DELETE FROM run_parameter WHERE run_id = ANY($1) RETURNING experiment_id, 'parameter' AS kind, key
  ), tag AS (
    DELETE FROM run_tag WHERE run_id = ANY($1) RETURNING experiment_id, 'tag' AS kind, key
  ), input AS (
    DELETE FROM run_input WHERE run_id = ANY($1)
  ), lost AS (
    SELECT experiment_id, kind, key, count(*)::int AS runs
    FROM (SELECT * FROM metric UNION ALL SELECT * FROM parameter UNION ALL SELECT * FROM tag) AS named
    GROUP BY 1, 2, 3
  ), locked AS (
    SELECT run_key.experiment_id, run_key.kind, run_key.key, lost.runs FROM run_key JOIN lost USING (experiment_id, kind, key)
    ORDER BY 1, 2, 3 FOR NO KEY UPDATE OF run_key
  )
  UPDATE run_key SET runs = run_key.runs - locked.runs FROM locked
  WHERE (run_key.experiment_id, run_key.kind, run_key.key) = (locked.experiment_id, locked.kind, locked.key)`;
