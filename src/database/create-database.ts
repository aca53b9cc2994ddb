import type pg from 'pg';

/** The database that every server has, to ask for another from. */
export const MAINTENANCE_DATABASE = 'postgres';

/** What a name that no database has answers. */
export const NO_SUCH_DATABASE = '3D000';

/** Another process made it since: known by its name, or by the entry that both were about to write. */
const ALREADY_EXISTS = new Set(['42P04', '23505']);

/** @param client of any database but the new one */
export async function createDatabase(client: pg.Client, name: string): Promise<void> {
  try {
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)} TEMPLATE template0 ENCODING 'UTF8'`);
  } catch (error) {
    if (!ALREADY_EXISTS.has((error as { code?: string }).code ?? '')) throw error;
  }
}
