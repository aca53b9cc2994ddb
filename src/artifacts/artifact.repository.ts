import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { RunRecord } from '../runs/run.repository.js';

/** What decides where the files of a run are, and whether they may change. */
export interface RunPlace {
  experimentId: number;
  /** Of the experiment; null = this server, under the experiment's id. */
  artifactLocation: string | null;
  lifecycle: RunRecord['lifecycle'];
}

@Injectable()
export class ArtifactRepository {
  readonly #database: Database;

  constructor(em: EntityManager) {
    this.#database = new Database(em);
  }

  /** @param runId with hyphens */
  async findRun(runId: string): Promise<RunPlace | undefined> {
    const rows = await this.#database.query<RunPlace>(
      `SELECT run.experiment_id AS "experimentId", experiment.artifact_location AS "artifactLocation", run.lifecycle
       FROM run JOIN experiment ON experiment.id = run.experiment_id WHERE run.id = $1`,
      [runId],
    );
    return rows[0];
  }

  /** Waits for whoever frees the run at this moment. @param runId with hyphens */
  async isKept(runId: string): Promise<boolean> {
    const rows = await this.#database.query('SELECT id FROM run WHERE id = $1 FOR KEY SHARE', [runId]);
    return rows.length > 0;
  }
}
