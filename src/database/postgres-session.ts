import { realpathSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import { StartupError } from '../errors.js';
import { createDatabase, MAINTENANCE_DATABASE, NO_SUCH_DATABASE } from './create-database.js';
import type { DatabaseAddress } from './embedded-database.js';
import { inUse } from './postgres-failure.js';

/** "cellar" in ASCII: the advisory lock that every process of ours shares while it uses the server. */
const PRESENCE_KEY = 0x63656c6c6172;
const POLL_MS = 10;
/** Crash recovery of a 1 GB write-ahead log takes minutes on a slow disk. */
const RECOVERY_MS = 10 * 60_000;
/** A frozen server must not freeze us. */
const CONNECT_MS = 5000;
const ANSWER_MS = 10_000;
const CLOSE_MS = 1000;

/** Starting or stopping, stopped by an administrator, another process crashed, no connection free. */
const PASSING = ['57P03', '57P01', '57P02', '53300'];
const WRONG_PASSWORD = '28P01';

/**
 * One connection that stands for this process: it shares an advisory lock, which the server drops when the process ends
 * in any way, so "is somebody still here?" never depends on a file that a killed process left.
 */
export class PresenceSession {
  /** Resolves when the connection is lost or closed. */
  readonly ended: Promise<void>;
  isOpen = true;

  constructor(
    readonly address: DatabaseAddress,
    private readonly client: Client,
    private readonly socket: Socket,
  ) {
    this.ended = new Promise((resolve) => client.once('end', resolve));
    client.once('end', () => {
      this.isOpen = false;
    });
    // Whoever forgets stop() still ends; the server then waits for the next process.
    this.socket.unref();
  }

  /** Gives up the presence. True when nobody else is present, so that the caller must stop the server. */
  async leave(): Promise<boolean> {
    this.socket.ref();
    await this.client.query('SELECT pg_advisory_unlock_shared($1)', [PRESENCE_KEY]);
    const { rows } = await this.client.query<{ last: boolean }>('SELECT pg_try_advisory_lock($1) AS last', [
      PRESENCE_KEY,
    ]);
    return rows[0]?.last === true;
  }

  /** Never waits long: a server that is shutting down may not answer any more. */
  async close(): Promise<void> {
    this.socket.ref();
    const limit = new AbortController();
    const timeout = sleep(CLOSE_MS, undefined, { signal: limit.signal }).catch(() => undefined);
    await Promise.race([this.client.end().catch(() => undefined), timeout]);
    limit.abort();
    this.socket.unref();
  }
}

/** How {@link openSession} waits. */
export interface Waiting {
  address: DatabaseAddress;
  cluster: string;
  /** False ends the waiting: the server will not come. */
  isAlive: () => boolean;
  /** The longest time without any answer, not even "I am starting". */
  silenceMs: number;
  signal: AbortSignal;
}

/** Waits until the server answers a real query as the server of `cluster`; undefined when it went away or stays silent. */
export async function openSession(waiting: Waiting): Promise<PresenceSession | undefined> {
  const { address, cluster, isAlive, silenceMs, signal } = waiting;
  const began = Date.now();
  for (let heard = began; ; ) {
    let answered = true;
    try {
      const session = await present(address, cluster);
      if (session) return session;
    } catch (error) {
      if (error instanceof StartupError) throw error;
      answered = error instanceof DatabaseError;
      if (codeOf(error) === WRONG_PASSWORD) throw inUse(cluster, error);
      if (error instanceof DatabaseError && !PASSING.includes(error.code ?? '')) throw refused(cluster, error);
    }
    // What answers is alive, even if its process can not be seen from here, as in another container.
    if (answered) heard = Date.now();
    else if (!isAlive() || Date.now() - heard > silenceMs) return undefined;
    if (Date.now() - began > RECOVERY_MS) throw tooSlow(cluster);
    await sleep(POLL_MS, undefined, { signal });
  }
}

/** One attempt; undefined when the server is about to stop. */
async function present(address: DatabaseAddress, cluster: string): Promise<PresenceSession | undefined> {
  const { client, socket } = await connectOrCreate(address);
  let shared = false;
  try {
    const { rows } = await client.query<{ folder: string; encoding: string; shared: boolean }>(
      `SELECT current_setting('data_directory') AS folder, current_setting('server_encoding') AS encoding,
              pg_try_advisory_lock_shared($1) AS shared`,
      [PRESENCE_KEY],
    );
    const found = rows[0];
    if (!found || realpathSync(found.folder) !== realpathSync(cluster)) throw inUse(cluster);
    if (found.encoding !== 'UTF8') throw wrongEncoding(cluster, found.encoding);
    shared = found.shared;
  } finally {
    if (!shared) await client.end().catch(() => undefined);
  }
  return shared ? new PresenceSession(address, client, socket) : undefined;
}

/** The database is missing only once: in a new cluster, or when the first start was killed before it was made. */
async function connectOrCreate(address: DatabaseAddress): Promise<Connected> {
  try {
    return await connect(address);
  } catch (error) {
    if (codeOf(error) !== NO_SUCH_DATABASE) throw error;
    await makeDatabase(address);
    return connect(address);
  }
}

interface Connected {
  client: Client;
  socket: Socket;
}

async function connect(address: DatabaseAddress): Promise<Connected> {
  const socket = new Socket();
  const client = new Client({
    ...address,
    stream: () => socket,
    ssl: false,
    application_name: 'cellar presence',
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: ANSWER_MS,
  });
  // Without a listener a lost connection would end the process; `end` follows, and the owner restarts the server.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return { client, socket };
}

async function makeDatabase(address: DatabaseAddress): Promise<void> {
  const { client } = await connect({ ...address, database: MAINTENANCE_DATABASE });
  try {
    await createDatabase(client, address.database);
  } finally {
    await client.end();
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined;
}

function tooSlow(cluster: string): StartupError {
  return new StartupError(
    `The database server in ${cluster} still starts or stops after ${RECOVERY_MS / 60_000} minutes.`,
    `It goes on by itself: read ${join(cluster, 'log')} to see how far it is, and start again later.`,
  );
}

function refused(cluster: string, cause: DatabaseError): StartupError {
  return new StartupError(
    `The database server in ${cluster} refuses to work: ${cause.message} (${cause.code})`,
    `Read ${join(cluster, 'log')}, or set DATABASE_URL to a PostgreSQL server of your own.`,
    { cause },
  );
}

function wrongEncoding(cluster: string, encoding: string): StartupError {
  return new StartupError(
    `The database in ${cluster} stores text as ${encoding}, so invalid text would get in and lengths would be wrong.`,
    'Move the data into a database that stores UTF8, or set DATA_DIR to another folder.',
  );
}
