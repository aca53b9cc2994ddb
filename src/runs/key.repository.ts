import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { KeyKind } from './run-index.entity.js';

/** A name in use. */
export interface Key {
  kind: KeyKind;
  key: string;
}

/** The names in use, and how many runs have each. */
@Injectable()
export class KeyRepository {
  readonly #database: Database;

  constructor(em: EntityManager) {
    this.#database = new Database(em);
  }

  /** All keys of experiments, each kind and key once, up to `limit`. */
  ofExperiments(ids: readonly number[], limit: number): Promise<Key[]> {
    return this.#database.query(
      `SELECT DISTINCT kind, key FROM run_key WHERE experiment_id = ANY($1::int[]) AND runs > 0
       ORDER BY kind, key LIMIT $2`,
      [ids, limit],
    );
  }

  /** In the order of their code points, which is that of the primary key: each page is a piece of it. */
  page(
    experimentId: number,
    kind: KeyKind,
    prefix: string,
    limit: number,
    after: string | null,
  ): Promise<{ key: string; runs: number }[]> {
    return this.#database.query(
      `SELECT key, runs FROM run_key
       WHERE experiment_id = $1 AND kind = $2 AND runs > 0 AND key >= $3 AND starts_with(key, $3)
         AND ($4::text IS NULL OR key > $4) AND ($5::text IS NULL OR key < $5)
       ORDER BY key LIMIT $6`,
      [experimentId, kind, prefix, after, endOf(prefix), limit],
    );
  }
}

/** What comes after every text with the prefix; null = nothing is known to. */
function endOf(prefix: string): string | null {
  const last = Array.from(prefix).at(-1);
  const code = last?.codePointAt(0);
  if (last === undefined || code === undefined || code >= 0xd7ff) return null;
  return prefix.slice(0, -last.length) + String.fromCodePoint(code + 1);
}
