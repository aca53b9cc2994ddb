import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { DatabaseAddress, EmbeddedDatabase } from '../src/database/embedded-postgres.js';
import { ApiClient } from './api-client.js';
import { CellarProcess } from './cellar-process.js';
import { DatabaseFolder } from './database-fixture.js';
import { RedisServer } from './redis-server.js';

export type Driver = 'postgres' | 'bull';

/** Of the parameters in reach these train the longest, about half a millisecond. */
export const SLOW_INPUT = { alpha: 0.5, l1_ratio: 0 };

const POLL_MS = 10;

/**
 * What the processes of one Cellar share: a data folder with the embedded database, and a Redis where Bull is the driver.
 * Everything is in temporary folders and on free ports; `remove` ends whatever still runs.
 */
export class Installation {
  readonly folder = new DatabaseFolder();
  readonly #processes: CellarProcess[] = [];
  #database?: EmbeddedDatabase;
  #address?: DatabaseAddress;

  private constructor(
    readonly driver: Driver,
    readonly redis: RedisServer | undefined,
  ) {}

  /** Starts the servers. The database belongs to this test too, until it `leave`s. */
  static async create(driver: Driver): Promise<Installation> {
    const installation = new Installation(driver, driver === 'bull' ? await RedisServer.start() : undefined);
    try {
      installation.#database = await installation.folder.open();
      installation.#address = installation.#database.address;
      return installation;
    } catch (error) {
      await installation.remove();
      throw error;
    }
  }

  get address(): DatabaseAddress {
    if (!this.#address) throw new Error('the installation has no database');
    return this.#address;
  }

  get env(): Record<string, string> {
    return {
      DATA_DIR: this.folder.dataDir,
      WORKER_SLOTS: '2',
      ...(this.redis && { REDIS_URL: this.redis.url }),
    };
  }

  async start(program: 'main' | 'worker', ...args: string[]): Promise<CellarProcess> {
    const started = await CellarProcess.start(program, this.env, args);
    this.#processes.push(started);
    return started;
  }

  /** Leaves the database to the processes of Cellar, which then are alone responsible for it. */
  async leave(): Promise<void> {
    await this.#database?.stop();
    this.#database = undefined;
  }

  async query<Row = Record<string, unknown>>(text: string, values: unknown[] = []): Promise<Row[]> {
    const client = new Client(this.address);
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(text, values)).rows as Row[];
    } finally {
      await client.end();
    }
  }

  /**
   * From here on every end of a task is written down by the database itself, so that a second end of one task shows even
   * though its row holds only the last.
   */
  async recordEnds(): Promise<void> {
    await this.query(`
      CREATE TABLE ending (task_id uuid, attempt int, state text);
      CREATE FUNCTION record_ending() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO ending VALUES (NEW.id, NEW.attempt, NEW.state); RETURN NULL; END $$;
      CREATE TRIGGER record_ending AFTER UPDATE ON task FOR EACH ROW
        WHEN (NEW.state IN ('SUCCESS', 'FAILURE', 'REVOKED')) EXECUTE FUNCTION record_ending();`);
  }

  /** How many tasks are in a state. */
  async count(state: string): Promise<number> {
    const [{ count }] = await this.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM task WHERE state = $1',
      [state],
    );
    return count;
  }

  /** Ends everything that was started here and removes its files. @returns database processes that outlived theirs */
  async remove(): Promise<number[]> {
    const children = this.#processes.flatMap((process) => childrenOf(process.child.pid));
    await Promise.all(this.#processes.map((process) => process.stop('SIGKILL')));
    for (const pid of children) signal(pid, 'SIGKILL');
    await this.redis?.remove();
    return this.folder.remove();
  }
}

/** Submits tasks and remembers which of them were acknowledged: none of these may be lost. */
export class Submitter {
  readonly acknowledged: string[] = [];
  attempted = 0;
  #stopped = false;

  constructor(private readonly url: string) {}

  /** Sends requests side by side until `count` were sent; those that break off are not acknowledged. */
  async submit(count: number, atOnce = 10, { keyed = false } = {}): Promise<void> {
    const api = new ApiClient(this.url);
    let left = count;
    const client = async () => {
      while (left-- > 0 && !this.#stopped) {
        this.attempted++;
        const headers: Record<string, string> = keyed ? { 'idempotency-key': randomUUID() } : {};
        const id = await api.submit(SLOW_INPUT, headers).catch(() => undefined);
        if (id) this.acknowledged.push(id);
        // Who is refused does not come again at once.
        else await sleep(POLL_MS);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, client));
  }

  /** Lets requests that are under way end, and sends no more. */
  stop(): void {
    this.#stopped = true;
  }
}

/** Polls until `probe` holds. Failing probes count as not yet: servers are killed in these tests. @returns milliseconds */
export async function waitFor(what: string, limitMs: number, probe: () => Promise<boolean> | boolean): Promise<number> {
  const start = performance.now();
  let last: unknown;
  for (;;) {
    try {
      if (await probe()) return performance.now() - start;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() - start > limitMs) {
      throw new Error(`waited ${limitMs / 1000} s in vain for ${what}`, { cause: last });
    }
    await sleep(POLL_MS);
  }
}

/** Direct children of a process, from /proc: ps is not everywhere. */
export function childrenOf(parent: number | undefined): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parent !== undefined && statusOf(pid)?.parent === parent);
}

export function isAlive(pid: number): boolean {
  const status = statusOf(pid);
  return status !== undefined && status.state !== 'Z';
}

/** Sends a signal to a process that may be gone already. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function statusOf(pid: number): { state: string; parent: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program stands in brackets and may hold anything.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
