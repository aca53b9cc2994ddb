import { randomUUID } from 'node:crypto';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { Database } from '../src/database/database.js';
import type { SearchedRun } from './run-evaluator.js';

/** Writes runs as the services do, without their checks. */
export class RunStore {
  readonly #database: Database;

  constructor(em: SqlEntityManager) {
    this.#database = new Database(em);
  }

  /** @returns the number of a new experiment */
  async experiment(name = randomUUID()): Promise<number> {
    const [{ id }] = await this.#database.query<{ id: number }>(
      'INSERT INTO experiment (name) VALUES ($1) RETURNING id',
      [name],
    );
    return id;
  }

  async insert(runs: SearchedRun[]): Promise<void> {
    const given = runs.map((run) => ({
      ...run,
      metrics: Object.entries(run.metrics).map(([key, value]) => ({ key, value: String(value) })),
    }));
    await this.#database.query(INSERT, [JSON.stringify(given)]);
  }

  async clear(): Promise<void> {
    await this.#database.query('TRUNCATE run, latest_metric, run_parameter, run_tag, dataset, run_input CASCADE');
  }
}

const INSERT = `
  WITH given AS MATERIALIZED (
    SELECT * FROM json_to_recordset($1::json) AS given(
      id uuid, experiment int, name text, status text, "user" text, start float8, "end" float8, lifecycle text,
      parameters jsonb, tags jsonb, metrics json, datasets json)
  ), runs AS (
    INSERT INTO run (id, experiment_id, name, status, user_name, start_time, end_time, lifecycle, parameters, tags)
    SELECT id, experiment, name, status, "user", timestamptz 'epoch' + start * interval '1 millisecond',
           timestamptz 'epoch' + "end" * interval '1 millisecond', lifecycle, parameters, tags
    FROM given
  ), metrics AS (
    INSERT INTO latest_metric (run_id, key, experiment_id, value, step, timestamp)
    SELECT id, metric.key, experiment, metric.value::float8, 0, 0
    FROM given, json_to_recordset(metrics) AS metric(key text, value text)
  ), parameters AS (
    INSERT INTO run_parameter (run_id, key, experiment_id, head)
    SELECT id, label.key, experiment, left(label.value, 200) FROM given, jsonb_each_text(parameters) AS label
  ), tags AS (
    INSERT INTO run_tag (run_id, key, experiment_id, head)
    SELECT id, label.key, experiment, left(label.value, 200) FROM given, jsonb_each_text(tags) AS label
  ), inputs AS (
    SELECT id, experiment, dataset.*
    FROM given, json_to_recordset(datasets) AS dataset(name text, digest text, context text)
  ), datasets AS (
    INSERT INTO dataset (experiment_id, name, digest) SELECT DISTINCT experiment, name, digest FROM inputs
    RETURNING id, experiment_id, name, digest
  )
  INSERT INTO run_input (run_id, dataset_id, context)
  SELECT inputs.id, datasets.id, context FROM inputs
  JOIN datasets ON (experiment_id, datasets.name, datasets.digest) = (experiment, inputs.name, inputs.digest)`;
