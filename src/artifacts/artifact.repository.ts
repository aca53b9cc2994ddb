import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import pLimit from 'p-limit';
import { Database } from '../database/database.js';
import type { RunRecord } from '../runs/run.repository.js';

/** What decides where the files of a run are, and whether they may change. */
export interface RunPlace {
  experimentId: number;
  /** Of the experiment; null = this server, under the experiment's id. */
  artifactLocation: string | null;
  lifecycle: RunRecord['lifecycle'];
}

/** Marks the locks of {@link ArtifactRepository.alone} among those that others take; "artf" in ASCII. */
const ARTIFACT_LOCK = 0x61727466;
/** Each holds a connection for as long as its change takes, which for a large folder is seconds. */
const ALONE_AT_ONCE = 2;

@Injectable()
export class ArtifactRepository {
  readonly #database: Database;
  readonly #limit = pLimit(ALONE_AT_ONCE);

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

  /** Nobody else who asks for it, in whatever process, works on the same path meanwhile. */
  alone<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
    return this.#limit(() =>
      this.#database.transaction(async (query) => {
        await query('SET LOCAL idle_in_transaction_session_timeout = 0');
        await query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [ARTIFACT_LOCK, path]);
        return work();
      }),
    );
  }

  /** Waits for whoever frees the run at this moment. @param runId with hyphens */
  async isKept(runId: string): Promise<boolean> {
    const rows = await this.#database.query('SELECT id FROM run WHERE id = $1 FOR KEY SHARE', [runId]);
    return rows.length > 0;
  }
}
