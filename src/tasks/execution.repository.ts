import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Database, type Query } from '../database/database.js';
import { countKeys, keepLatest } from '../runs/run-index-sql.js';
import { TASK_COLUMNS, type TaskRow } from './task.schema.js';
import { runStatusOf, sourcesOf, type TaskState } from './task-state.js';

/** How long a claim holds without a sign of life. */
export const LEASE_SECONDS = 30;

/** A queued task that waits longer than this is announced again. */
const RESEND_AFTER_SECONDS = 10;
const RESEND_LIMIT = 1_000;

/** Any number: whoever holds it does the reconciling. */
const RECONCILE_LOCK = 7_235_317_002;

/** One execution of a task. `attempt` fences all that it writes. */
export interface Claim {
  id: string;
  attempt: number;
  /** Absent = a probe. */
  catalogue: string | null;
  input: Record<string, unknown>;
}

/** What an execution ended with. */
export interface Outcome {
  id: string;
  attempt: number;
  state: Extract<TaskState, 'SUCCESS' | 'FAILURE'>;
  runMs: number;
  result: Record<string, unknown> | null;
  metrics: Record<string, number | string> | null;
  model: Record<string, unknown> | null;
  error: string | null;
  traceback: string | null;
  warnings: string[];
}

/** `state IN (…)` for every state that may become `to`. Literals, because the partial indexes name them. */
const mayBecome = (to: TaskState) =>
  `task.state IN (${sourcesOf(to)
    .map((state) => `'${state}'`)
    .join(', ')})`;

/** Every statement of a task's life between its insertion and its end. All times are the database's. */
@Injectable()
export class ExecutionRepository {
  readonly #database: Database;

  constructor(em: EntityManager) {
    this.#database = new Database(em);
  }

  /** Takes up to `limit` due tasks for a worker, the most urgent first. None = every message about them was a duplicate. */
  claim(worker: string, limit: number): Promise<Claim[]> {
    return this.#database.query<Claim>(CLAIM, [worker, limit, LEASE_SECONDS]);
  }

  /** @returns those of the claims that this worker still holds */
  async renew(worker: string, ids: string[]): Promise<{ id: string; attempt: number }[]> {
    return this.#database.query(
      `UPDATE task SET lease_until = now() + make_interval(secs => $3)
       WHERE id = ANY($1::uuid[]) AND worker = $2 AND ${unindexed(`state = 'STARTED'`)} RETURNING id, attempt`,
      [ids, worker, LEASE_SECONDS],
    );
  }

  /**
   * Ends executions: task and run together. Outcomes of an attempt that is no longer the current one change nothing.
   * @returns those that were ended
   */
  finish(outcomes: Outcome[]): Promise<TaskRow[]> {
    return this.#database.query<TaskRow>(FINISH, [JSON.stringify(outcomes)]);
  }

  /** Gives claims back: PENDING when they were not touched, RETRY when their execution was lost. */
  async giveBack(
    claims: { id: string; attempt: number }[],
    state: 'PENDING' | 'RETRY',
    delaySeconds: number,
  ): Promise<void> {
    await this.#database.query(GIVE_BACK[state], [
      claims.map(({ id }) => id),
      claims.map(({ attempt }) => attempt),
      delaySeconds,
    ]);
  }

  /**
   * Frees tasks whose worker went silent and finds queued ones that no message may be under way for. One process at a time.
   * @returns ids to announce again
   */
  reconcile(): Promise<string[]> {
    return this.#database.transaction(async (query: Query) => {
      const [{ leader }] = await query<{ leader: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS leader', [
        RECONCILE_LOCK,
      ]);
      if (!leader) return [];
      await query(RECLAIM);
      const rows = await query<{ id: string }>(RESEND, [RESEND_AFTER_SECONDS, RESEND_LIMIT]);
      return rows.map(({ id }) => id);
    });
  }

  /** Workers introduce themselves, then call again at every beat. */
  async heartbeat(worker: { id: string; host: string; pid: number; slots: number }): Promise<void> {
    await this.#database.query(
      `INSERT INTO worker (id, host, pid, slots) VALUES ($1, $2, $3, $4)
       ON CONFLICT (id) DO UPDATE SET heartbeat_at = now()`,
      [worker.id, worker.host, worker.pid, worker.slots],
    );
  }

  /** @param id of a worker that leaves; those silent for an hour are forgotten with it */
  async sayGoodbye(id: string): Promise<void> {
    await this.#database.query(`DELETE FROM worker WHERE id = $1 OR heartbeat_at < now() - interval '1 hour'`, [id]);
  }

  /** Workers that gave a sign of life within the length of a lease. */
  liveWorkers(): Promise<{ id: string; slots: number; silentSeconds: number }[]> {
    return this.#database.query(
      `SELECT id, slots, extract(epoch FROM now() - heartbeat_at)::float8 AS "silentSeconds" FROM worker
       WHERE heartbeat_at > now() - make_interval(secs => $1) ORDER BY id`,
      [LEASE_SECONDS],
    );
  }
}

const CLAIM = `
  WITH due AS (
    SELECT id FROM task WHERE ${mayBecome('STARTED')} AND wake_at <= now()
    ORDER BY priority DESC, seq LIMIT $2 FOR UPDATE SKIP LOCKED
  ), claimed AS (
    UPDATE task SET state = 'STARTED', attempt = attempt + 1, worker = $1, started_at = now(), sent_at = NULL,
                    lease_until = now() + make_interval(secs => $3)
    FROM due WHERE task.id = due.id
    RETURNING task.id, task.attempt, task.catalogue, task.input, task.priority, task.seq
  ), runs AS (
    UPDATE run SET status = '${runStatusOf('STARTED')}', start_time = coalesce(start_time, now()) FROM claimed WHERE run.id = claimed.id
  )
  SELECT id, attempt, catalogue, input FROM claimed ORDER BY priority DESC, seq`;

/**
 * A condition that no index serves. Rows whose ids are given are looked up by them: the planner holds tasks in a state that
 * few are in for the shorter way, and reads all that were in it a moment ago as well.
 */
const unindexed = (condition: string) => `CASE WHEN ${condition} THEN true ELSE false END`;

// A claim may precede its execution by a moment, so the start is set back from the end by what was measured.
const FINISH = `
  WITH given AS (
    SELECT * FROM json_to_recordset($1::json) AS given(
      id uuid, attempt int, state text, "runMs" float8, result json, metrics jsonb, model json, error text, traceback text,
      warnings jsonb)
  ), ended AS (
    UPDATE task SET state = given.state, done_at = now(), lease_until = NULL, run_ms = given."runMs", result = given.result,
                    started_at = greatest(task.started_at, now() - make_interval(secs => given."runMs" / 1000)),
                    model = given.model, error = given.error, traceback = given.traceback, warnings = given.warnings
    FROM given
    WHERE task.id = given.id AND task.attempt = given.attempt AND ${unindexed(mayBecome('SUCCESS'))}
    RETURNING task.*, given.metrics
  ), runs AS (
    UPDATE run SET start_time = ended.started_at, end_time = now(),
                   status = CASE ended.state WHEN 'SUCCESS' THEN '${runStatusOf('SUCCESS')}' ELSE '${runStatusOf('FAILURE')}' END
    FROM ended WHERE run.id = ended.id
    RETURNING ended.*, run.name, run.experiment_id
  ), measured AS (
    SELECT runs.id AS run, key, experiment_id, value::float8, 0::bigint AS step,
           (extract(epoch FROM now()) * 1000)::bigint AS timestamp, attempt
    FROM runs, jsonb_each_text(CASE jsonb_typeof(metrics) WHEN 'object' THEN metrics ELSE '{}' END) AS each(key, value)
  ), series AS (
    INSERT INTO metric_series (run_id, key, attempt, points, first_step, last_step, first_timestamp, last_timestamp,
                               steps, timestamps, values)
    SELECT run, key, attempt, 1, step, step, timestamp, timestamp, int8send(step), int8send(timestamp), float8send(value)
    FROM measured
  ), latest AS (
    ${keepLatest('measured')}
  ), named AS (
    ${countKeys(`SELECT experiment_id, 'metric' AS kind, key FROM latest WHERE is_new`)}
  )
  SELECT ${TASK_COLUMNS} FROM runs AS task, LATERAL (SELECT task.name) AS run`;

const giveBackTo = (state: 'PENDING' | 'RETRY') => `
  WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::int[]) AS given(id, attempt)
  ), back AS (
    UPDATE task SET state = '${state}', worker = NULL, lease_until = NULL, started_at = NULL,
                    wake_at = now() + make_interval(secs => $3)
    FROM given WHERE task.id = given.id AND task.attempt = given.attempt AND ${unindexed(`task.state = 'STARTED'`)}
    RETURNING task.id
  )
  UPDATE run SET status = '${runStatusOf(state)}', start_time = NULL FROM back WHERE run.id = back.id`;

const GIVE_BACK = { PENDING: giveBackTo('PENDING'), RETRY: giveBackTo('RETRY') };

const RECLAIM = `
  WITH lost AS (
    UPDATE task SET state = 'RETRY', worker = NULL, lease_until = NULL, started_at = NULL, wake_at = now()
    WHERE id IN (SELECT id FROM task WHERE state = 'STARTED' AND lease_until < now() FOR UPDATE SKIP LOCKED)
    RETURNING id
  )
  UPDATE run SET status = '${runStatusOf('RETRY')}', start_time = NULL FROM lost WHERE run.id = lost.id`;

const RESEND = `
  UPDATE task SET sent_at = now() WHERE id IN (
    SELECT id FROM task WHERE ${mayBecome('STARTED')} AND wake_at <= now()
      AND (state = 'RETRY' OR wake_at < now() - make_interval(secs => $1))
      AND (sent_at IS NULL OR sent_at < now() - make_interval(secs => $1))
    ORDER BY priority DESC, seq LIMIT $2 FOR UPDATE SKIP LOCKED)
  RETURNING id`;
