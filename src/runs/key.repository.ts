import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { KeyKind } from './run-index.entity.js';

/** A name in use. */
export interface Key {
  kind: KeyKind;
  key: string;
}

export interface UsedKey {
  key: string;
  /** How many runs of the experiment have it. */
  runs: number;
}

/** Which names of an experiment are looked for, and in which order. */
export interface KeySearch {
  experimentId: number;
  kind: KeyKind;
  prefix: string;
  sort: 'key' | 'runs';
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

  /**
   * In the order of their code points, which is that of the primary key, so each page is a piece of it; or those that most runs
   * have first, for which all of a kind are sorted: some milliseconds for 10,000.
   */
  page({ experimentId, kind, prefix, sort }: KeySearch, limit: number, after: UsedKey | undefined): Promise<UsedKey[]> {
    const [isBehind, order] =
      sort === 'runs'
        ? ['(runs < $6 OR (runs = $6 AND key > $5))', 'runs DESC, key']
        : ['($6::int IS NULL OR key > $5)', 'key'];
    return this.#database.query(
      `SELECT key, runs FROM run_key
       WHERE experiment_id = $1 AND kind = $2 AND runs > 0 AND key >= $3 AND starts_with(key, $3)
         AND ($4::text IS NULL OR key < $4) AND ($5::text IS NULL OR ${isBehind})
       ORDER BY ${order} LIMIT $7`,
      [experimentId, kind, prefix, endOf(prefix), after?.key, after?.runs, limit],
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
