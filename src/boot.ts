import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MikroORM } from '@mikro-orm/postgresql';
import { DatabaseError } from 'pg';
import type { Logger } from 'pino';
import type { Config } from './config.js';
import { NO_SUCH_DATABASE } from './database/create-database.js';
import { Database } from './database/database.js';
import { type DatabaseTarget, databaseTargetOf } from './database/database-url.js';
import { openEmbeddedDatabase } from './database/embedded-postgres.js';
import { migrate } from './database/migrate.js';
import { StartupError } from './errors.js';

/** How long a database that is still starting is waited for. */
const DATABASE_PATIENCE_MS = 15_000;

/** The database of this process, and what lets go of it. */
export interface OpenDatabase {
  target: DatabaseTarget;
  close: () => Promise<void>;
}

/** The one that DATABASE_URL names, else the embedded one under DATA_DIR, which is started unless it runs already. */
export async function openDatabase(config: Config, logger: Logger): Promise<OpenDatabase> {
  if (config.databaseUrl) return { target: databaseTargetOf(config.databaseUrl), close: async () => undefined };
  const embedded = await openEmbeddedDatabase({
    dataDir: config.dataDir,
    log: (line, level) => logger[level ?? 'info']({ context: 'database' }, line),
  });
  return { target: embedded.address, close: () => embedded.stop() };
}

/**
 * Waits until the database answers, then brings its schema up to date.
 * @returns true where it was not: this is a first start, or the first of a newer version
 */
export async function prepareDatabase(orm: MikroORM, logger: Logger): Promise<boolean> {
  await untilReachable(orm, logger);
  const applied = await migrate(orm).catch((error: Error) => {
    if (!isForbidden(error)) throw error;
    throw new StartupError(
      `The database does not let its tables be made: ${error.message}`,
      'Make the role of DATABASE_URL the owner of the database, or GRANT CREATE ON SCHEMA public to it there.',
      { cause: error },
    );
  });
  if (applied.length === 0) return false;
  logger.info({ context: 'database', migrations: applied }, 'the schema was brought up to date');
  return true;
}

/** More than tasks and requests get: what has not ended by then never will. */
const CLOSE_LIMIT_MS = 45_000;

/** Waits for an end, so that what comes after it comes in any case. Meanwhile the process lives, even with nothing to do. */
export async function endInTime(closing: Promise<unknown>, logger: Logger): Promise<void> {
  const ended = new AbortController();
  const limit = sleep(CLOSE_LIMIT_MS, true, { signal: ended.signal }).catch(() => false);
  try {
    const isLate = await Promise.race([closing.then(() => false), limit]);
    if (isLate) logger.error(`something did not end within ${CLOSE_LIMIT_MS / 1000} s; ending all the same`);
  } finally {
    ended.abort();
  }
}

/** A terminal's Ctrl-C reaches every process of its group, and npm passes it on once more: within this time, two signals are one. */
const SAME_SIGNAL_MS = 500;

/**
 * Ends the process on SIGTERM, SIGINT or SIGHUP, the end of its terminal, once `close` has ended its work. Another signal
 * later ends it at once.
 */
export function endOnSignal(close: () => Promise<void>, logger: Logger): void {
  let first: number | undefined;
  const end = async (signal: NodeJS.Signals) => {
    if (first !== undefined) {
      if (performance.now() - first > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    first = performance.now();
    logger.info(`${signal}: finishing what runs, then ending; the same signal again ends at once`);
    try {
      await close();
      process.exit(0);
    } catch (error) {
      logger.error({ err: error }, 'could not end cleanly');
      process.exit(1);
    }
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void end(signal));
}

/** Runs a program; a failing start prints what is wrong and what helps, and ends with exit code 1. */
export async function run(program: () => Promise<void>): Promise<void> {
  try {
    await program();
  } catch (error) {
    const known = error instanceof StartupError ? error : databaseFault(error);
    const text = known
      ? `Cellar can not start. ${known.message}\n${known.remedy}\n`
      : `Cellar can not start: ${error instanceof Error ? error.stack : String(error)}\n`;
    process.stderr.write(text);
    process.exit(1);
  }
}

const DATABASE_FAULTS: Record<string, [what: string, remedy: string]> = {
  42501: [
    'does not let its role write',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES and USAGE ON ALL SEQUENCES IN SCHEMA public to the role of DATABASE_URL, or make it the owner of the database.',
  ],
  25006: [
    'takes no writes',
    'Name the primary server in DATABASE_URL, and a role or database without default_transaction_read_only.',
  ],
  53300: [
    'has no connection left',
    'Each process of Cellar keeps up to 13: raise max_connections of the server (of the embedded one in postgres/postgresql.conf below DATA_DIR), or start fewer processes.',
  ],
};

/** What an operator can do about a start that the database made fail. */
function databaseFault(error: unknown): StartupError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const [what, remedy] = DATABASE_FAULTS[(cause as { code?: string }).code ?? ''] ?? [];
    if (what && remedy) return new StartupError(`The database ${what}: ${cause.message}`, remedy, { cause });
  }
  return undefined;
}

async function untilReachable(orm: MikroORM, logger: Logger): Promise<void> {
  const database = new Database(orm.em);
  const deadline = performance.now() + DATABASE_PATIENCE_MS;
  for (let told = false; ; told = true) {
    try {
      await reach(database, logger);
      await refuseEncodings(database);
      return;
    } catch (error) {
      if (error instanceof StartupError) throw error;
      const cause = ((error as Error).cause ?? error) as Error;
      if (isForbidden(cause)) {
        throw new StartupError(
          `The database does not exist and can not be made: ${cause.message}`,
          "Make it yourself (CREATE DATABASE … ENCODING 'UTF8'), or let the role of DATABASE_URL create databases.",
          { cause },
        );
      }
      if (isRefused(cause) || performance.now() > deadline) {
        throw new StartupError(
          `The database ${cause instanceof DatabaseError ? 'refuses to work' : 'does not answer'}: ${cause.message}`,
          'Check DATABASE_URL and that the server runs, or leave DATABASE_URL out to use the embedded database.',
          { cause },
        );
      }
      if (!told) logger.warn({ context: 'database' }, `waiting for the database: ${cause.message}`);
      await sleep(500);
    }
  }
}

/** The same as of the embedded one: other encodings have no place for some texts, or take what is no text. */
async function refuseEncodings(database: Database): Promise<void> {
  const [{ server_encoding: encoding }] = await database.query<{ server_encoding: string }>('SHOW server_encoding');
  if (encoding === 'UTF8') return;
  throw new StartupError(
    `The database of DATABASE_URL stores text as ${encoding}, which can not hold every name and value.`,
    "Make one that stores UTF8 (CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0), or name one that does not exist: it is made.",
  );
}

async function reach(database: Database, logger: Logger): Promise<void> {
  try {
    await database.query('SELECT 1');
  } catch (error) {
    if ((error as { code?: string }).code !== NO_SUCH_DATABASE) throw error;
    await database.create();
    await database.query('SELECT 1');
    logger.info({ context: 'database' }, 'a database of that name was made, as there was none');
  }
}

/** True where the server does not let the role in, which no waiting changes. */
function isRefused(error: Error): boolean {
  return (error as { code?: string }).code?.startsWith('28') ?? false;
}

/** True where the role has no right to what was tried. */
function isForbidden(error: Error): boolean {
  return (error as { code?: string }).code === '42501';
}
