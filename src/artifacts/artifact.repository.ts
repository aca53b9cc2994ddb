import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';

/** What decides where the files of a run are, and whether they may change. */
export interface RunPlace {
  experimentId: number;
  lifecycle: 'active' | 'deleted';
}

@Injectable()
export class ArtifactRepository {
  readonly #database: Database;

  constructor(em: EntityManager) {
    this.#database = new Database(em);
  }

  /** @param runId with hyphens */
  async findRun(runId: string): Promise<RunPlace | undefined> {
    const rows = await this.#database.query<{ experiment_id: number; lifecycle: RunPlace['lifecycle'] }>(
      'SELECT experiment_id, lifecycle FROM run WHERE id = $1',
      [runId],
    );
    return rows[0] && { experimentId: rows[0].experiment_id, lifecycle: rows[0].lifecycle };
  }
}
