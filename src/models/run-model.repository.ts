import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { ModelRole } from './logged-model.entity.js';

export interface ModelLink {
  modelId: string;
  /** At which an output was made; 0 for inputs. */
  step: number;
}

/** The models of one run. */
export interface RunModels {
  input: ModelLink[];
  output: ModelLink[];
}

/** Which models runs used and made. */
@Injectable()
export class RunModelRepository {
  readonly #database: Database;

  constructor(em: EntityManager) {
    this.#database = new Database(em);
  }

  /** Of a model that the run has in this role already, the step is replaced. @param links each model once */
  async add(runId: string, role: ModelRole, links: ModelLink[]): Promise<void> {
    await this.#database.query(ADD, [runId, role, JSON.stringify(links)]);
  }

  /** The models of runs, by run id; runs without any are missing. */
  async modelsOf(runIds: string[]): Promise<Map<string, RunModels>> {
    const rows = await this.#database.query<{ runId: string; role: ModelRole } & ModelLink>(MODELS, [runIds]);
    const models = new Map<string, RunModels>();
    for (const { runId, role, modelId, step } of rows) {
      const ofRun = models.get(runId) ?? { input: [], output: [] };
      models.set(runId, ofRun);
      ofRun[role].push({ modelId, step });
    }
    return models;
  }
}

const ADD = `
  INSERT INTO run_model (run_id, model_id, role, step)
  SELECT $1, "modelId", $2, step FROM json_to_recordset($3::json) AS given("modelId" text, step bigint) ORDER BY 2
  ON CONFLICT (run_id, model_id, role) DO UPDATE SET step = excluded.step`;

const MODELS = `
  SELECT run_id AS "runId", role, model_id AS "modelId", step::float8 AS step
  FROM run_model WHERE run_id = ANY($1::uuid[]) ORDER BY run_id, role, step, model_id`;
