import { createHash } from 'node:crypto';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import pg from 'pg';
import { AppError } from '../errors.js';

/** One statement with its parameters, on the pool or inside a transaction. */
export type Query = <Row>(text: string, values?: unknown[]) => Promise<Row[]>;

/** SQLSTATE classes that say "not now": connection, out of resources, operator intervention, I/O. */
const UNAVAILABLE_CLASSES = new Set(['08', '53', '57', '58']);
const NETWORK_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ENOTFOUND']);

/** A statement that ran into its time limit is a fault of the question, not of the server's health. */
const QUERY_CANCELED = '57014';

/** True where the database could not be reached or could not work, so that the same may succeed later. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'UNAVAILABLE';
  const { code, message } = error as { code?: string; message?: string };
  if (code === QUERY_CANCELED) return false;
  if (code && (NETWORK_CODES.has(code) || UNAVAILABLE_CLASSES.has(code.slice(0, 2)))) return true;
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
    message ?? '',
  );
}

/**
 * The door for SQL that the entity manager has no words for. It uses MikroORM's pool, but sends values beside the text
 * (MikroORM writes them into it) and as prepared statements, which the database plans once.
 */
export class Database {
  readonly #names = new Map<string, string>();
  #knownPool?: pg.Pool;

  constructor(private readonly em: SqlEntityManager) {}

  /** @throws AppError UNAVAILABLE where the database can not be reached */
  query: Query = async <Row>(text: string, values: unknown[] = []) => {
    const pool = await this.#pool();
    return this.#run<Row>(pool, text, values);
  };

  /** As {@link query}, where every column is binary: bytes come as they are stored, not as hexadecimal text. */
  async queryBinary<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    const pool = await this.#pool();
    return this.#run<Row>(pool, text, values, true);
  }

  /** Commits when `work` returns, rolls back when it throws. */
  async transaction<Result>(work: (query: Query) => Promise<Result>): Promise<Result> {
    const pool = await this.#pool();
    const client = await pool.connect().catch((error: unknown) => {
      throw unavailable(error);
    });
    const query: Query = (text, values = []) => this.#run(client, text, values);
    let broken: Error | undefined;
    try {
      await query('BEGIN');
      const result = await work(query);
      await query('COMMIT');
      return result;
    } catch (error) {
      await query('ROLLBACK').catch((fault: Error) => {
        broken = fault;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** A connection of its own, outside the pool. The caller ends it. */
  async dedicatedClient(applicationName: string): Promise<pg.Client> {
    const pool = await this.#pool();
    const { options } = pool;
    // pg hides the password from whoever copies or prints the options.
    const client = new pg.Client({
      ...options,
      password: options.password,
      application_name: applicationName,
      types: pg.types,
    });
    // A dropped connection is reported to whoever waits on it; without a listener the event would end the process.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  async #pool(): Promise<pg.Pool> {
    try {
      this.#knownPool ??= (await this.em.getConnection().getNativeClient()) as pg.Pool;
      return this.#knownPool;
    } catch (error) {
      throw unavailable(error);
    }
  }

  async #run<Row>(runner: pg.Pool | pg.PoolClient, text: string, values: unknown[], binary = false): Promise<Row[]> {
    try {
      const statement = { name: this.#nameOf(text), text, values, types: pg.types, binary };
      const { rows } = await runner.query(statement);
      return rows as Row[];
    } catch (error) {
      throw isUnavailable(error) ? unavailable(error) : error;
    }
  }

  #nameOf(text: string): string {
    let name = this.#names.get(text);
    if (!name) {
      name = `q${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
      this.#names.set(text, name);
    }
    return name;
  }
}

function unavailable(cause: unknown): AppError {
  return new AppError('UNAVAILABLE', 'The database does not answer at the moment. Try again in a few seconds.', {
    cause,
  });
}
