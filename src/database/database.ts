import { createHash } from 'node:crypto';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import pLimit, { type LimitFunction } from 'p-limit';
import pg from 'pg';
import { AppError } from '../errors.js';
import { createDatabase, MAINTENANCE_DATABASE } from './create-database.js';

/** What our connections call themselves. */
export const APPLICATION = 'cellar';

/** Of the connections of a pool, what questions may hold: whatever is written never waits for them. */
const SHARE_OF_QUESTIONS = 0.5;
/** A question that has waited longer for others is refused. */
const PATIENCE_MS = 10_000;
const questionLimits = new WeakMap<pg.Pool, LimitFunction>();

/** One statement with its parameters, on the pool or inside a transaction. */
export type Query = <Row>(text: string, values?: unknown[]) => Promise<Row[]>;

/** SQLSTATE classes that say "not now": connection, out of resources, operator intervention, I/O. */
const UNAVAILABLE_CLASSES = new Set(['08', '53', '57', '58']);
/** Two transactions waited for each other and this one was chosen to give way: nothing of it is stored. */
const DEADLOCK = '40P01';
const DEADLOCK_TRIES = 3;
/** Somebody else held what was wanted: a deadlock, a changed row, a lock that did not come. */
const CONTENTION_CODES = new Set([DEADLOCK, '40001', '55P03']);
const NETWORK_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ENOTFOUND']);

/** A statement that ran into its time limit is a fault of the question, not of the server's health. */
const QUERY_CANCELED = '57014';

/** SQLSTATE classes that say "never": data that no column can hold, or more of it than a statement may have. */
const UNSTORABLE_CLASSES = new Set(['22', '54']);

const UNIQUE_VIOLATION = '23505';
const DISK_FULL = '53100';

/** True where another row has what must be unique, also when it was written a moment ago. */
export function isDuplicate(error: unknown): boolean {
  return (error as { code?: string }).code === UNIQUE_VIOLATION;
}

/** True where the database could not be reached or could not work, so that the same may succeed later. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'UNAVAILABLE';
  const { code, message } = error as { code?: string; message?: string };
  if (code === QUERY_CANCELED) return false;
  if (code && (NETWORK_CODES.has(code) || CONTENTION_CODES.has(code) || UNAVAILABLE_CLASSES.has(code.slice(0, 2))))
    return true;
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
    message ?? '',
  );
}

/** True where the values themselves were refused, so that the same must fail again. */
export function isUnstorable(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code !== undefined && UNSTORABLE_CLASSES.has(code.slice(0, 2));
}

/** True where somebody else held what was wanted for too long: it says nothing about what is written beside it. */
export function isContended(error: unknown): boolean {
  const { cause = error } = error as { cause?: unknown };
  return CONTENTION_CODES.has((cause as { code?: string } | undefined)?.code ?? '');
}

/**
 * The door for SQL that the entity manager has no words for. It uses MikroORM's pool, but sends values beside the text
 * (MikroORM writes them into it) and as prepared statements, which the database plans once.
 */
export class Database {
  readonly #names = new Map<string, string>();
  #knownPool?: pg.Pool;

  constructor(private readonly em: SqlEntityManager) {}

  /**
   * A transaction of its own; one that has to give way to another is begun again.
   * @throws AppError UNAVAILABLE where the database can not be reached
   */
  query: Query = async <Row>(text: string, values: unknown[] = []) => {
    const pool = await this.#pool();
    for (let tries = 1; ; tries++) {
      try {
        return await this.#run<Row>(pool, text, values);
      } catch (error) {
        if (tries === DEADLOCK_TRIES || !isDeadlock(error)) throw error;
      }
    }
  };

  /** Commits when `work` returns, rolls back when it throws. */
  async transaction<Result>(work: (query: Query) => Promise<Result>): Promise<Result> {
    const client = await this.#connect();
    const query: Query = (text, values = []) => this.#run(client, text, values);
    return this.#within(
      client,
      () => query('BEGIN'),
      query,
      () => work(query),
    );
  }

  /**
   * For questions that people put together: each statement sees the same state of the data, is planned for its values
   * instead of being prepared, and is given up when it takes longer than `timeoutMs`. Few are worked on at a time, the
   * others wait.
   * @throws AppError INVALID_INPUT where a statement was given up; UNAVAILABLE where too many wait
   */
  async readOnly<Result>(work: (query: Query) => Promise<Result>, limits: { timeoutMs: number }): Promise<Result> {
    const limit = questionLimitOf(await this.#pool());
    const begun = performance.now();
    return limit(() => {
      if (performance.now() - begun > PATIENCE_MS) throw tooMany();
      return this.#ask(work, limits);
    });
  }

  async #ask<Result>(work: (query: Query) => Promise<Result>, { timeoutMs }: { timeoutMs: number }): Promise<Result> {
    const client = await this.#connect();
    const query: Query = (text, values = []) => this.#send(client, { text, values });
    const begin = () =>
      // Compiling a plan to machine code takes longer than any of these statements should.
      query(
        `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = ${Math.ceil(timeoutMs)}; SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL enable_seqscan = on; SET LOCAL enable_bitmapscan = on; SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on`,
      );
    try {
      return await this.#within(client, begin, query, () => work(query));
    } catch (error) {
      throw (error as { code?: string }).code === QUERY_CANCELED ? tooSlow(timeoutMs, error) : error;
    }
  }

  async #within<Result>(
    client: pg.PoolClient,
    begin: () => Promise<unknown>,
    query: Query,
    work: () => Promise<Result>,
  ): Promise<Result> {
    let broken: Error | undefined;
    try {
      await begin();
      const result = await work();
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

  async #connect(): Promise<pg.PoolClient> {
    const pool = await this.#pool();
    return pool.connect().catch((error: unknown) => {
      throw unavailable(error);
    });
  }

  /** Makes the database that the pool's connections name, unless another process just did. */
  async create(): Promise<void> {
    const { options } = await this.#pool();
    const client = await this.dedicatedClient(APPLICATION, MAINTENANCE_DATABASE);
    try {
      await createDatabase(client, options.database ?? '');
    } finally {
      await client.end();
    }
  }

  /**
   * A connection of its own, outside the pool. The caller ends it.
   * @param database by default the pool's
   */
  async dedicatedClient(applicationName: string, database?: string): Promise<pg.Client> {
    const { options } = await this.#pool();
    // pg hides the password from whoever copies or prints the options.
    const client = new pg.Client({
      ...options,
      database: database ?? options.database,
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

  #run<Row>(runner: pg.Pool | pg.PoolClient, text: string, values: unknown[]): Promise<Row[]> {
    return this.#send<Row>(runner, { name: this.#nameOf(text), text, values });
  }

  async #send<Row>(runner: pg.Pool | pg.PoolClient, statement: pg.QueryConfig): Promise<Row[]> {
    try {
      const { rows } = await runner.query({ ...statement, types: pg.types });
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

function isDeadlock(error: unknown): boolean {
  return error instanceof AppError && (error.cause as { code?: string } | undefined)?.code === DEADLOCK;
}

function unavailable(cause: unknown): AppError {
  const text =
    (cause as { code?: string }).code === DISK_FULL
      ? "The database's disk has no room left, so nothing can be stored. Free some, then try again."
      : 'The database does not answer at the moment. Try again in a few seconds.';
  return new AppError('UNAVAILABLE', text, { cause });
}

function questionLimitOf(pool: pg.Pool): LimitFunction {
  let limit = questionLimits.get(pool);
  if (!limit) {
    limit = pLimit(Math.max(1, Math.floor(pool.options.max * SHARE_OF_QUESTIONS)));
    questionLimits.set(pool, limit);
  }
  return limit;
}

function tooMany(): AppError {
  return new AppError('UNAVAILABLE', 'Too many searches wait for each other. Try again in a few seconds.');
}

function tooSlow(timeoutMs: number, cause: unknown): AppError {
  return new AppError('INVALID_INPUT', `The search took longer than ${timeoutMs / 1_000} s and was given up.`, {
    details: [
      {
        field: 'filter',
        reason: 'takes too long over this many rows',
        allowed:
          'fewer experiments, or a clause that few rows match and an index knows: = on a parameter or tag, a range of a metric',
      },
    ],
    cause,
  });
}
