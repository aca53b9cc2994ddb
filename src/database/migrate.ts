import type { MikroORM } from '@mikro-orm/postgresql';
import type pg from 'pg';
import { StartupError } from '../errors.js';

/** Any number, the same for every version of Cellar. */
const MIGRATION_LOCK = 7_235_317_001;

/**
 * Brings the schema up to this version, while no other process does the same.
 * @returns the names of the migrations that were applied
 * @throws StartupError where the schema is newer than this version knows
 */
export async function migrate(orm: MikroORM): Promise<string[]> {
  const pool = (await orm.em.getConnection().getNativeClient()) as pg.Pool;
  const client = await pool.connect();
  try {
    // Another process may migrate a large table for minutes, and is waited for.
    await client.query('SET statement_timeout = 0; SET lock_timeout = 0');
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await assertKnown(orm);
    const applied = await orm.migrator.up();
    return applied.map(({ name }) => name);
  } finally {
    // The lock is the session's: ending the session frees it, whatever happened before.
    client.release(true);
  }
}

/** True once every migration of this version is applied. */
export async function isMigrated(orm: MikroORM): Promise<boolean> {
  return (await orm.migrator.getPending()).length === 0;
}

async function assertKnown(orm: MikroORM): Promise<void> {
  const known = new Set((orm.config.get('migrations').migrationsList ?? []).map((m) => ('name' in m ? m.name : '')));
  const unknown = (await orm.migrator.getExecuted()).filter(({ name }) => !known.has(name));
  if (unknown.length > 0) {
    throw new StartupError(
      `The database was written by a newer version of Cellar (it knows ${unknown.map(({ name }) => name).join(', ')}).`,
      'Start that version, or point DATABASE_URL or DATA_DIR at another database.',
    );
  }
}
