import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';

/** A data set as it is logged; a field that is absent is unknown. */
export interface DatasetFields {
  name: string;
  digest: string;
  sourceType: string;
  source: string;
  schema: string | null;
  profile: string | null;
}

/** A data set in the role that it plays for a run. */
export interface RunInputRecord {
  tags: Record<string, string>;
  dataset: DatasetFields;
}

/** A data set of an experiment in one of the roles that it has there. */
export interface DatasetSummary {
  experimentId: number;
  name: string;
  digest: string;
  /** Null = some run used it without saying for what. */
  context: string | null;
}

/** The data sets of runs. */
@Injectable()
export class DatasetRepository {
  readonly #database: Database;

  constructor(em: EntityManager) {
    this.#database = new Database(em);
  }

  /**
   * Gives data sets to an active run. What the experiment or the run has already under a name and digest stays as it is.
   * @param inputs each (name, digest) once
   */
  async addInputs(runId: string, inputs: RunInputRecord[]): Promise<void> {
    const rows = inputs.map(({ tags, dataset }) => ({ ...dataset, tags }));
    await this.#database.transaction(async (query) => {
      await query(ADD_DATASETS, [runId, JSON.stringify(rows)]);
      await query(ADD_INPUTS, [runId, JSON.stringify(rows)]);
    });
  }

  /** The inputs of runs, by run id; runs without any are missing. */
  async inputsOf(runIds: string[]): Promise<Map<string, RunInputRecord[]>> {
    const rows = await this.#database.query<{ runId: string } & RunInputRecord>(INPUTS, [runIds]);
    const inputs = new Map<string, RunInputRecord[]>();
    for (const { runId, tags, dataset } of rows) {
      inputs.set(runId, [...(inputs.get(runId) ?? []), { tags, dataset }]);
    }
    return inputs;
  }

  /** Each data set of the experiments in each of its roles, by experiment, name and digest. */
  summaries(experimentIds: number[], limit: number): Promise<DatasetSummary[]> {
    return this.#database.query<DatasetSummary>(SUMMARIES, [experimentIds, limit]);
  }
}

const GIVEN = `json_to_recordset($2::json) AS given(
  name text, digest text, "sourceType" text, source text, schema text, profile text, tags jsonb)`;

const ADD_DATASETS = `
  INSERT INTO dataset (experiment_id, name, digest, source_type, source, schema, profile)
  SELECT experiment_id, given.name, digest, "sourceType", source, schema, profile
  FROM ${GIVEN}, run WHERE run.id = $1 ORDER BY 2, 3
  ON CONFLICT (experiment_id, name, digest) DO NOTHING`;

const ADD_INPUTS = `
  INSERT INTO run_input (run_id, dataset_id, context, tags)
  SELECT run.id, dataset.id, given.tags->>'mlflow.data.context', given.tags
  FROM ${GIVEN}, run, dataset
  WHERE run.id = $1 AND dataset.experiment_id = run.experiment_id AND dataset.name = given.name AND dataset.digest = given.digest
  ON CONFLICT DO NOTHING`;

const INPUTS = `
  SELECT run_id AS "runId", tags, json_build_object(
    'name', name, 'digest', digest, 'sourceType', source_type, 'source', source, 'schema', schema, 'profile', profile) AS dataset
  FROM run_input JOIN dataset ON dataset.id = dataset_id WHERE run_id = ANY($1::uuid[]) ORDER BY run_id, dataset.id`;

const SUMMARIES = `
  SELECT DISTINCT experiment_id AS "experimentId", name COLLATE "C" AS name, digest COLLATE "C" AS digest, context COLLATE "C" AS context
  FROM dataset LEFT JOIN run_input ON run_input.dataset_id = dataset.id
  WHERE experiment_id = ANY($1::int[]) ORDER BY 1, 2, 3, 4 LIMIT $2`;
