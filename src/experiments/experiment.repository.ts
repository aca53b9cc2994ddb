import { EntityRepository } from '@mikro-orm/postgresql';
import { Database, isDuplicate } from '../database/database.js';
import { millisecondsSql } from '../database/milliseconds.js';
import type { Experiment, Lifecycle } from './experiment.entity.js';

/** An experiment with its tags. */
export interface ExperimentRecord {
  id: number;
  name: string;
  description: string | null;
  lifecycle: Lifecycle;
  /** Null = the default one, on this server. */
  artifactLocation: string | null;
  /** Milliseconds since 1970, here and below. */
  createdAt: number;
  updatedAt: number;
  tags: Record<string, string>;
}

const RECORD = `
  experiment.id, experiment.name, experiment.description, experiment.lifecycle,
  experiment.artifact_location AS "artifactLocation",
  ${millisecondsSql('experiment.created_at')} AS "createdAt",
  ${millisecondsSql('experiment.updated_at')} AS "updatedAt",
  (SELECT coalesce(json_object_agg(key, value ORDER BY key), '{}') FROM experiment_tag
   WHERE experiment_id = experiment.id) AS tags`;

/** What a change sets; absent = it stays. */
export interface ExperimentChange {
  name?: string;
  /** Empty = none. */
  description?: string;
  /** null removes a tag. */
  tags: Record<string, string | null>;
}

export class ExperimentRepository extends EntityRepository<Experiment> {
  readonly #database = new Database(this.em);

  /**
   * Makes sure that an experiment of each name exists. A new one carries this description, which people may change.
   * @returns their ids by name
   */
  async ensure(definitions: { name: string; description: string }[]): Promise<Map<string, number>> {
    if (definitions.length === 0) return new Map();
    const em = this.em.fork();
    await em.upsertMany(this.entityName, definitions, {
      onConflictFields: ['name'],
      onConflictAction: 'ignore',
    });
    const names = definitions.map((definition) => definition.name);
    const rows = await em.find<Experiment>(this.entityName, { name: { $in: names } });
    return new Map(rows.map((row) => [row.name, row.id]));
  }

  /** @returns the new id, or nothing where the name is taken */
  async add(
    name: string,
    artifactLocation: string | null,
    tags: Record<string, string>,
    description: string | null,
  ): Promise<number | undefined> {
    const values = [name, artifactLocation, JSON.stringify(tags), description];
    const rows = await this.#database.query<{ id: number }>(INSERT, values);
    return rows[0]?.id;
  }

  /** In the order of the ids; those that belong to no experiment are left out. Deleted ones, too. */
  byIds(ids: number[]): Promise<ExperimentRecord[]> {
    return this.#database.query<ExperimentRecord>(
      `SELECT ${RECORD} FROM unnest($1::int[]) WITH ORDINALITY AS wanted(id, place) JOIN experiment USING (id) ORDER BY place`,
      [ids],
    );
  }

  /** Deleted ones, too. */
  async byName(name: string): Promise<ExperimentRecord | undefined> {
    const rows = await this.#database.query<ExperimentRecord>(`SELECT ${RECORD} FROM experiment WHERE name = $1`, [
      name,
    ]);
    return rows[0];
  }

  /**
   * Changes an active experiment, all that is given or nothing.
   * @returns 'taken' where another experiment has the name, 'gone' where no active one has the id
   */
  async change(id: number, { name, description, tags }: ExperimentChange): Promise<'changed' | 'taken' | 'gone'> {
    const removed = Object.keys(tags).filter((key) => tags[key] === null);
    const values = [id, name ?? null, description ?? null, JSON.stringify(tags), removed];
    try {
      const rows = await this.#database.query(CHANGE, values);
      return rows.length > 0 ? 'changed' : 'gone';
    } catch (error) {
      if (isDuplicate(error)) return 'taken';
      throw error;
    }
  }

  /** The experiments among these that exist, and every active one where none is named. */
  async named(ids: number[], names: string[]): Promise<{ id: number; name: string }[]> {
    if (ids.length + names.length === 0) {
      return this.#database.query(`SELECT id, name FROM experiment WHERE lifecycle = 'active'`);
    }
    return this.#database.query('SELECT id, name FROM experiment WHERE id = ANY($1::int[]) OR name = ANY($2::text[])', [
      ids,
      names,
    ]);
  }

  /**
   * Deletes or restores an experiment and every run of it. First the experiment alone: who creates a run there holds it, and
   * only the next statement sees that run.
   * @returns false where it was in that state already
   */
  setLifecycle(id: number, lifecycle: Lifecycle): Promise<boolean> {
    return this.#database.transaction(async (query) => {
      const changed = await query(SET_LIFECYCLE, [id, lifecycle]);
      if (changed.length > 0) await query(SET_LIFECYCLE_OF_RUNS, [id, lifecycle]);
      return changed.length > 0;
    });
  }

  /** @returns false where no active experiment has the id */
  async setTag(id: number, key: string, value: string): Promise<boolean> {
    const rows = await this.#database.query(
      `INSERT INTO experiment_tag (experiment_id, key, value)
       SELECT id, $2, $3 FROM experiment WHERE id = $1 AND lifecycle = 'active'
       ON CONFLICT (experiment_id, key) DO UPDATE SET value = excluded.value RETURNING key`,
      [id, key, value],
    );
    return rows.length > 0;
  }

  /** @returns false where the experiment has no such tag */
  async removeTag(id: number, key: string): Promise<boolean> {
    const rows = await this.#database.query(
      'DELETE FROM experiment_tag WHERE experiment_id = $1 AND key = $2 RETURNING key',
      [id, key],
    );
    return rows.length > 0;
  }
}

const INSERT = `
  WITH experiment AS (
    INSERT INTO experiment (name, artifact_location, description) VALUES ($1, $2, $4) ON CONFLICT (name) DO NOTHING RETURNING id
  ), tags AS (
    INSERT INTO experiment_tag (experiment_id, key, value)
    SELECT id, key, value FROM experiment, json_each_text($3::json)
  )
  SELECT id FROM experiment`;

const CHANGE = `
  WITH changed AS (
    UPDATE experiment SET name = coalesce($2, name), updated_at = now(),
                          description = CASE WHEN $3::text IS NULL THEN description ELSE nullif($3, '') END
    WHERE id = $1 AND lifecycle = 'active' RETURNING id
  ), tagged AS (
    INSERT INTO experiment_tag (experiment_id, key, value)
    SELECT id, key, value FROM changed, json_each_text($4::json) WHERE value IS NOT NULL
    ON CONFLICT (experiment_id, key) DO UPDATE SET value = excluded.value
  ), untagged AS (
    DELETE FROM experiment_tag USING changed WHERE experiment_id = changed.id AND key = ANY($5::text[])
  )
  SELECT id FROM changed`;

const SET_LIFECYCLE = `
  UPDATE experiment SET lifecycle = $2, updated_at = now(), deleted_at = CASE $2 WHEN 'deleted' THEN now() END
  WHERE id = $1 AND lifecycle <> $2 RETURNING id`;

// In the order of their ids, as everywhere: who locks runs in another order waits for us while we wait for them. What a
// probe of the queue leaves for a moment is deleted from its beginning, and no restoring brings it back.
const SET_LIFECYCLE_OF_RUNS = `
  WITH locked AS (
    SELECT id FROM run WHERE experiment_id = $1
      AND NOT EXISTS (SELECT 1 FROM task WHERE task.id = run.id AND task.catalogue IS NULL)
    ORDER BY id FOR NO KEY UPDATE
  )
  UPDATE run SET lifecycle = $2, deleted_at = CASE $2 WHEN 'deleted' THEN coalesce(deleted_at, now()) END
  FROM locked WHERE run.id = locked.id`;
