import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import {
  type EmbeddedDatabase,
  openEmbeddedDatabase,
  type SystemOverrides,
} from '../src/database/embedded-postgres.js';
import { readPostmasterPid } from '../src/database/postmaster-pid.js';
import { StartupError } from '../src/errors.js';

const PROGRAM = join(import.meta.dirname, 'database-process.ts');

const PATIENCE_MS = 8000;

/** Polls until `probe` gives something. */
export async function until<T>(probe: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(10)) {
    const found = await probe();
    if (found) return found;
  }
  throw new Error(`Waited ${PATIENCE_MS / 1000} s in vain for ${String(probe)}`);
}

/** Asks a database one question and returns the first row. */
export async function ask(database: EmbeddedDatabase, sql: string): Promise<Record<string, unknown>> {
  const client = new Client(database.address);
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query(sql);
    return rows[0] ?? {};
  } finally {
    await client.end();
  }
}

/** Another process of ours on the same data folder. */
export class OtherProcess {
  readonly events: Record<string, unknown>[] = [];
  readonly exit: Promise<unknown[]>;

  constructor(readonly child: ChildProcess) {
    this.exit = once(child, 'exit');
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => this.events.push(JSON.parse(line)));
  }

  /** The first event that has this key. */
  event(key: string): Promise<Record<string, unknown>> {
    return until(() => {
      const found = this.events.find((event) => key in event);
      if (!found && this.child.exitCode !== null) throw new Error(`The process ended: ${JSON.stringify(this.events)}`);
      return found;
    });
  }

  signal(signal: NodeJS.Signals): Promise<unknown[]> {
    this.child.kill(signal);
    return this.exit;
  }
}

/** Opens the database of a data folder that can not be made, in a process that is killed if that never ends. @returns what it printed */
export function refusedFolder(dataDir: string): string {
  const { signal, stderr } = spawnSync(
    process.execPath,
    ['--import', '@swc-node/register/esm-register', PROGRAM, dataDir],
    { env: { PATH: '/usr/bin:/bin' }, encoding: 'utf8', timeout: PATIENCE_MS, killSignal: 'SIGKILL' },
  );
  if (signal) throw new Error(`${dataDir} was not refused within ${PATIENCE_MS / 1000} s`);
  return stderr;
}

/** A data folder of one test with everything that runs on it. */
export class DatabaseFolder {
  readonly root = mkdtempSync(join(tmpdir(), 'cellar-test-'));
  readonly log: string[] = [];
  readonly #databases: EmbeddedDatabase[] = [];
  readonly #processes: OtherProcess[] = [];

  constructor(readonly dataDir: string = '') {
    chmodSync(this.root, 0o755);
    this.dataDir = join(this.root, dataDir || 'data');
  }

  get cluster(): string {
    return join(this.dataDir, 'postgres');
  }

  get serverPid(): number | undefined {
    return readPostmasterPid(this.cluster)?.pid;
  }

  /** Opens it in this process. */
  async open(overrides: SystemOverrides & { durable?: boolean } = {}): Promise<EmbeddedDatabase> {
    const { durable = false, ...system } = overrides;
    const log = (line: string) => void this.log.push(line);
    const all = { systemFolder: join(this.root, 'system'), ...system };
    const database = await openEmbeddedDatabase({ dataDir: this.dataDir, durable, log }, all);
    this.#databases.push(database);
    return database;
  }

  /** Opens it in another process, which is in a process group of its own like a command of a shell. */
  spawn(): OtherProcess {
    const overrides = JSON.stringify({ systemFolder: join(this.root, 'system') });
    const child = spawn(
      process.execPath,
      ['--import', '@swc-node/register/esm-register', PROGRAM, this.dataDir, overrides],
      { env: { PATH: '/usr/bin:/bin' }, stdio: ['ignore', 'pipe', 'inherit'], detached: true },
    );
    const started = new OtherProcess(child);
    this.#processes.push(started);
    return started;
  }

  /** Ends everything, then says which processes still worked in the folder. */
  async remove(): Promise<number[]> {
    for (const { child } of this.#processes) child.kill('SIGKILL');
    for (const database of this.#databases) await database.stop();
    const left = this.processes();
    for (const pid of left) quit(pid);
    await until(() => this.processes().length === 0);
    rmSync(this.root, { recursive: true, force: true });
    return left;
  }

  /** PostgreSQL's processes work in its data directory, so their working folder tells whose they are. */
  processes(): number[] {
    if (process.platform !== 'linux') return this.serverPid === undefined ? [] : [this.serverPid];
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => {
        try {
          return readlinkSync(`/proc/${pid}/cwd`).startsWith(this.root);
        } catch {
          return false;
        }
      });
  }
}

/** For a process that may end by itself at this very moment. */
function quit(pid: number): void {
  try {
    process.kill(pid, 'SIGQUIT');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** What an attempt to open a database that must fail was refused with. */
export async function refusal(attempt: Promise<unknown>): Promise<StartupError> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof StartupError)) throw new Error(`expected a StartupError, got ${String(error)}`);
  expect(error.remedy).toMatch(/\w+ .+\.$/);
  return error;
}

/** PostgreSQL does not run as root, so much is different there. */
export const isRoot = process.getuid?.() === 0;

/** Of a test that starts servers. */
export const LIMIT_MS = 10_000;

/** Gives each test of a suite a folder of its own. Each fails where something still runs on it at its end. */
export function withDatabaseFolder(begun: (folder: DatabaseFolder) => void): void {
  let folder: DatabaseFolder;

  beforeEach(() => {
    folder = new DatabaseFolder();
    begun(folder);
  });

  afterEach(async () => {
    expect(await folder.remove()).toEqual([]);
  });
}
