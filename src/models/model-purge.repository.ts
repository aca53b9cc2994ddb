import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Database, type Query } from '../database/database.js';
import type { ModelPlace } from './model-location.js';

/** Frees the rows of models. */
@Injectable()
export class ModelPurgeRepository {
  readonly #database: Database;

  constructor(em: EntityManager) {
    this.#database = new Database(em);
  }

  /** Models of an experiment, up to `limit`. */
  ofExperiment(id: number, limit: number, query: Query): Promise<ModelPlace[]> {
    return query<ModelPlace>(`${PLACES} WHERE model.experiment_id = $1 LIMIT $2`, [id, limit]);
  }

  /** Models that were deleted so long ago, up to `limit`, but for some. */
  expired(days: number, limit: number, except: readonly string[]): Promise<ModelPlace[]> {
    return this.#database.query<ModelPlace>(
      `${PLACES} WHERE model.lifecycle = 'deleted' AND model.deleted_at < now() - make_interval(days => $1)
         AND model.id <> ALL($3::text[])
       LIMIT $2`,
      [days, limit, except],
    );
  }

  /** Frees models, with their measurements and whatever links them to runs. */
  async purge(ids: string[], query: Query = this.#database.query): Promise<void> {
    await query(PURGE, [ids]);
  }

  /** Frees what links runs to models. The measurements that they made of these are the models' own. */
  async unlink(runIds: string[], query: Query): Promise<void> {
    await query('DELETE FROM run_model WHERE run_id = ANY($1::uuid[])', [runIds]);
  }
}

const PLACES = `
  SELECT model.id, model.experiment_id AS "experimentId", experiment.artifact_location AS "artifactLocation"
  FROM logged_model AS model JOIN experiment ON experiment.id = model.experiment_id`;

const PURGE = `
  WITH metric AS (
    DELETE FROM logged_model_metric WHERE model_id = ANY($1::text[])
  ), link AS (
    DELETE FROM run_model WHERE model_id = ANY($1)
  )
  DELETE FROM logged_model WHERE id = ANY($1)`;
