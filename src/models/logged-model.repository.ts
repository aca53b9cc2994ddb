import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { millisecondsSql } from '../database/milliseconds.js';
import type { Lifecycle } from '../experiments/experiment.entity.js';
import { type JsonNumber, jsonNumber } from '../runs/json-number.js';
import { conflictsOf } from '../runs/run-refusals.js';
import type { ModelStatus } from './logged-model.entity.js';

export interface NewModel {
  id: string;
  experimentId: number;
  name: string;
  modelType: string;
  sourceRunId: string;
  parameters: Record<string, string>;
  tags: Record<string, string>;
}

/** A model with everything that is known of it. */
export interface ModelRecord extends NewModel {
  status: ModelStatus;
  lifecycle: Lifecycle;
  /** Milliseconds since 1970, here and below. */
  createdAt: number;
  updatedAt: number;
  /** Null = the default location of its experiment. */
  artifactLocation: string | null;
  /** Every measurement, by key and time. */
  metrics: [
    key: string,
    value: JsonNumber,
    step: number,
    timestamp: number,
    runId: string,
    datasetName: string,
    datasetDigest: string,
  ][];
}

/** A measurement to be added. */
export interface NewModelMetric {
  modelId: string;
  runId: string;
  key: string;
  value: number;
  step: number;
  timestamp: number;
  datasetName: string;
  datasetDigest: string;
}

/** Models as rows. Whatever changes one changes active ones only. */
@Injectable()
export class LoggedModelRepository {
  readonly #database: Database;

  constructor(em: EntityManager) {
    this.#database = new Database(em);
  }

  /** @returns false where the experiment is not there or is deleted */
  async insert(model: NewModel): Promise<boolean> {
    const { id, experimentId, name, modelType, sourceRunId, parameters, tags } = model;
    const values = [id, experimentId, name, modelType, sourceRunId, JSON.stringify(parameters), JSON.stringify(tags)];
    return (await this.#database.query(INSERT, values)).length > 0;
  }

  /** In the order of the ids, deleted ones too; those that belong to no model are left out. */
  byIds(ids: string[]): Promise<ModelRecord[]> {
    return this.#database.query<ModelRecord>(BY_IDS, [ids]);
  }

  /** Those of the ids that belong to models, deleted or not. */
  async known(ids: string[]): Promise<Set<string>> {
    const rows = await this.#database.query<{ id: string }>('SELECT id FROM logged_model WHERE id = ANY($1::text[])', [
      ids,
    ]);
    return new Set(rows.map(({ id }) => id));
  }

  /** Only this and its removal count as changes of a model, as to MLflow. */
  setStatus(id: string, status: ModelStatus): Promise<boolean> {
    return this.#change('status = $2, updated_at = now()', id, status);
  }

  remove(id: string): Promise<boolean> {
    return this.#change(`lifecycle = 'deleted', deleted_at = now(), updated_at = now()`, id);
  }

  setTags(id: string, tags: Record<string, string>): Promise<boolean> {
    return this.#change('tags = tags || $2::jsonb', id, JSON.stringify(tags));
  }

  /** @returns false where there is no such model or tag */
  removeTag(id: string, key: string): Promise<boolean> {
    return this.#change('tags = tags - $2::text', id, key, 'tags ? $2::text');
  }

  /**
   * Adds all parameters, unless the model has another value of one of them.
   * @returns what it had before, or nothing where there is no such model
   */
  async addParameters(
    id: string,
    parameters: [key: string, value: string][],
  ): Promise<Record<string, string> | undefined> {
    return this.#database.transaction(async (query) => {
      // Compared under a lock: a condition of the update would be asked of the row as it was before others changed it.
      const [model] = await query<{ parameters: Record<string, string> }>(
        `SELECT parameters FROM logged_model WHERE id = $1 AND lifecycle = 'active' FOR NO KEY UPDATE`,
        [id],
      );
      if (!model) return undefined;
      if (conflictsOf(model.parameters, parameters).length === 0) {
        await query('UPDATE logged_model SET parameters = parameters || $2::jsonb WHERE id = $1', [
          id,
          JSON.stringify(Object.fromEntries(parameters)),
        ]);
      }
      return model.parameters;
    });
  }

  /** Adds measurements of models; those that are there already stay one. */
  async addMetrics(metrics: NewModelMetric[]): Promise<void> {
    const given = metrics.map((metric) => ({
      ...metric,
      value: jsonNumber(metric.value),
    }));
    await this.#database.query(ADD_METRICS, [JSON.stringify(given)]);
  }

  async #change(assignment: string, id: string, value?: string, condition = 'TRUE'): Promise<boolean> {
    const rows = await this.#database.query(
      `UPDATE logged_model SET ${assignment}
       WHERE id = $1 AND lifecycle = 'active' AND ${condition} RETURNING id`,
      value === undefined ? [id] : [id, value],
    );
    return rows.length > 0;
  }
}

const INSERT = `
  INSERT INTO logged_model (id, experiment_id, name, model_type, source_run_id, parameters, tags)
  SELECT $1, id, $3, $4, $5, $6, $7 FROM experiment WHERE id = $2 AND lifecycle = 'active' RETURNING id`;

const BY_IDS = `
  SELECT model.id, model.experiment_id AS "experimentId", model.name, model.model_type AS "modelType",
         model.source_run_id AS "sourceRunId", model.status, model.lifecycle,
         ${millisecondsSql('model.created_at')} AS "createdAt", ${millisecondsSql('model.updated_at')} AS "updatedAt",
         experiment.artifact_location AS "artifactLocation", model.parameters, model.tags,
         coalesce(metrics, '[]') AS metrics
  FROM unnest($1::text[]) WITH ORDINALITY AS wanted(id, place)
  JOIN logged_model AS model USING (id) JOIN experiment ON experiment.id = model.experiment_id
  CROSS JOIN LATERAL (
    SELECT json_agg(json_build_array(key, value, step, timestamp, run_id, dataset_name, dataset_digest)
                    ORDER BY key, timestamp, step, value) AS metrics
    FROM logged_model_metric WHERE model_id = model.id) AS measured
  ORDER BY place`;

const ADD_METRICS = `
  INSERT INTO logged_model_metric (model_id, key, timestamp, step, value, run_id, dataset_hash, dataset_name, dataset_digest)
  SELECT "modelId", key, timestamp, step, value, "runId",
         md5(json_build_array("datasetName", "datasetDigest")::text)::uuid, "datasetName", "datasetDigest"
  FROM json_to_recordset($1::json) AS given(
    "modelId" text, key text, timestamp bigint, step bigint, value float8, "runId" uuid, "datasetName" text, "datasetDigest" text)
  -- Whoever writes the same rows at the same time takes them in the same order.
  ORDER BY 1, 2, 3, 4, 5, 6, 7
  ON CONFLICT DO NOTHING`;
