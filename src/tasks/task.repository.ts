import { EntityRepository } from '@mikro-orm/postgresql';
import { Database, type Query } from '../database/database.js';
import { countKeys, indexLabels } from '../runs/run-index-sql.js';
import type { ModelSource } from './model-file.js';
import type { Task } from './task.entity.js';
import { TASK_COLUMNS, type TaskRow } from './task.schema.js';
import { TASK_STATES, type TaskState } from './task-state.js';

/** A task that is about to be written together with its run. */
export interface NewTask {
  id: string;
  /** Of the run that it fills. */
  name: string;
  experimentId: number;
  /** Absent = a probe. */
  catalogue: string | null;
  input: Record<string, unknown>;
  priority: number;
}

/** Which tasks a page shows; absent = all. */
export interface TaskFilter {
  catalogue?: string;
  state?: TaskState;
}

/** Writing and reading tasks. How they are executed: {@link ExecutionRepository}. */
export class TaskRepository extends EntityRepository<Task> {
  readonly #database = new Database(this.em);

  /** Writes tasks and their runs in one statement, so in one commit. */
  async insertAll(tasks: NewTask[], query: Query = this.#database.query): Promise<void> {
    await query(INSERT_TASKS, [JSON.stringify(tasks)]);
  }

  /**
   * Writes a task unless its idempotency key was used on this route within the last 24 h.
   * @returns the task and body hash that the key stands for: those given, or the earlier ones
   */
  insertOnce(
    task: NewTask,
    route: string,
    key: string,
    bodyHash: string,
  ): Promise<{ taskId: string; bodyHash: string }> {
    return this.#database.transaction(async (query) => {
      await query(
        // A key whose task was purged stands for nothing.
        `DELETE FROM idempotency_key WHERE route = $1 AND key = $2
         AND (created_at < now() - interval '24 hours' OR NOT EXISTS (SELECT FROM task WHERE id = task_id))`,
        [route, key],
      );
      const inserted = await query(
        `INSERT INTO idempotency_key (route, key, body_hash, task_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING key`,
        [route, key, bodyHash, task.id],
      );
      if (inserted.length > 0) {
        await this.insertAll([task], query);
        return { taskId: task.id, bodyHash };
      }
      const [known] = await query<{ task_id: string; body_hash: string }>(
        'SELECT task_id, body_hash FROM idempotency_key WHERE route = $1 AND key = $2',
        [route, key],
      );
      return { taskId: known.task_id, bodyHash: known.body_hash };
    });
  }

  /** Forgets idempotency keys that are too old to count, and probes whose process ended before it removed them. */
  async forgetOld(): Promise<void> {
    await this.#database.query(`DELETE FROM idempotency_key WHERE created_at < now() - interval '24 hours'`);
    await this.#database.query(
      `DELETE FROM run USING task
       WHERE task.id = run.id AND task.catalogue IS NULL AND task.created_at < now() - interval '1 minute'`,
    );
  }

  async byId(id: string): Promise<TaskRow | undefined> {
    const [row] = await this.#database.query<TaskRow>(
      `SELECT ${TASK_COLUMNS} FROM task JOIN run ON run.id = task.id WHERE task.id = $1`,
      [id],
    );
    return row;
  }

  /** What the model file of a task is made of, and whether it was written once. */
  async modelSource(id: string): Promise<(ModelSource & { isFiled: boolean }) | undefined> {
    const [source] = await this.#database.query<ModelSource & { isFiled: boolean }>(
      'SELECT catalogue, input, model, model_filed_at IS NOT NULL AS "isFiled" FROM task WHERE id = $1',
      [id],
    );
    return source;
  }

  async setModelFiled(id: string): Promise<void> {
    await this.#database.query('UPDATE task SET model_filed_at = now() WHERE id = $1', [id]);
  }

  /** Newest first, at most `limit` of those that came before the task numbered `beforeSeq`. Probes are never shown. */
  page({ catalogue, state }: TaskFilter, limit: number, beforeSeq?: string): Promise<TaskRow[]> {
    const values: unknown[] = [limit];
    const conditions = ['task.catalogue IS NOT NULL'];
    const require = (condition: string, value: unknown) => {
      values.push(value);
      conditions.push(`${condition} $${values.length}`);
    };
    if (catalogue !== undefined) require('task.catalogue =', catalogue);
    if (state !== undefined) require('task.state =', state);
    if (beforeSeq !== undefined) require('task.seq <', beforeSeq);
    return this.#database.query<TaskRow>(
      `SELECT ${TASK_COLUMNS} FROM task JOIN run ON run.id = task.id WHERE ${conditions.join(' AND ')} ORDER BY task.seq DESC LIMIT $1`,
      values,
    );
  }

  /** How many tasks are in each state. */
  async countByState(): Promise<Record<TaskState, number>> {
    const rows = await this.#database.query<{ state: TaskState; count: number }>(
      'SELECT state, count(*)::int AS count FROM task WHERE catalogue IS NOT NULL GROUP BY state',
    );
    const counts = Object.fromEntries(TASK_STATES.map((state) => [state, 0])) as Record<TaskState, number>;
    for (const { state, count } of rows) counts[state] = count;
    return counts;
  }

  /** Removes a probe and its run. */
  async removeProbe(id: string): Promise<void> {
    await this.#database.query(
      'DELETE FROM run USING task WHERE run.id = $1 AND task.id = run.id AND task.catalogue IS NULL',
      [id],
    );
  }
}

const INSERT_TASKS = `
  WITH given AS (
    SELECT * FROM json_to_recordset($1::json) AS given(
      id uuid, name text, "experimentId" int, catalogue text, input json, priority int)
  ), runs AS (
    INSERT INTO run (id, experiment_id, name, status, source_type, source_name, lifecycle, deleted_at, parameters)
    SELECT id, "experimentId", name, 'SCHEDULED', 'JOB', coalesce(catalogue, 'queue-check'),
           CASE WHEN catalogue IS NULL THEN 'deleted' ELSE 'active' END, CASE WHEN catalogue IS NULL THEN now() END,
           coalesce((SELECT jsonb_object_agg(key, value) FROM json_each_text(input)), '{}')
    FROM given
    RETURNING id, experiment_id, parameters
  ), found AS (
    ${indexLabels('run_parameter', 'runs', 'parameters')}
    RETURNING experiment_id, key
  ), named AS (
    ${countKeys(`SELECT experiment_id, 'parameter' AS kind, key FROM found`)}
  )
  INSERT INTO task (id, catalogue, input, priority) SELECT id, catalogue, input, priority FROM given`;
