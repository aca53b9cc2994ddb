import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeEmbeddedDatabase } from '../src/database/embedded-postgres.js';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const START_LIMIT_MS = 30_000;

/** A program of the built server, as a user starts it. */
export class CellarProcess {
  #output = '';

  private constructor(
    readonly child: ChildProcess,
    /** Where it is reached; empty for a worker. */
    public url: string,
  ) {
    const collect = (text: Buffer) => {
      this.#output += text.toString();
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
  }

  /**
   * Starts a program and waits until it says that it is ready.
   * @throws Error with all that it printed when it ends instead
   */
  static async start(
    program: 'main' | 'worker',
    env: Record<string, string>,
    args: string[] = [],
  ): Promise<CellarProcess> {
    const cellar = CellarProcess.spawn(program, env, args);
    const ready = await cellar.untilPrinted(program === 'main' ? /Cellar serves (http:\/\/[^\s"]+)/ : /Worker ready/);
    cellar.url = ready[1] ?? '';
    return cellar;
  }

  /**
   * Starts a program without waiting.
   * @param settings `detached` as a shell starts what a Ctrl-C is for, see {@link interruptGroup}; `stdio` for other outputs
   */
  static spawn(
    program: 'main' | 'worker' | 'cli',
    env: Record<string, string>,
    args: string[] = [],
    settings: Pick<SpawnOptions, 'detached' | 'stdio'> = {},
  ): CellarProcess {
    const child = spawn(process.execPath, ['--enable-source-maps', join(DIST, `${program}.js`), ...args], {
      // No LANG, no HOME: as bare as a service manager starts it. The folder holds no .env.
      env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'info', ...env },
      cwd: tmpdir(),
      stdio: ['ignore', 'pipe', 'pipe'],
      ...settings,
    });
    return new CellarProcess(child, '');
  }

  /** A Ctrl-C at the terminal: the signal reaches every process of the group. */
  interruptGroup(): Promise<number | string | null> {
    const ended = once(this.child, 'exit').then(() => this.child.exitCode ?? this.child.signalCode);
    process.kill(-(this.child.pid as number), 'SIGINT');
    return ended;
  }

  get output(): string {
    return this.#output;
  }

  async untilPrinted(pattern: RegExp): Promise<RegExpExecArray> {
    const deadline = Date.now() + START_LIMIT_MS;
    for (;;) {
      const match = pattern.exec(this.#output);
      if (match) return match;
      if (this.ended || Date.now() > deadline) throw new Error(`${pattern} was not printed, but:\n${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Sends a signal and waits for the end. @returns the exit code, or the signal's name */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string | null> {
    if (!this.ended) {
      const exit = once(this.child, 'exit');
      this.child.kill(signal);
      await exit;
    }
    return this.child.exitCode ?? this.child.signalCode;
  }

  /** Waits for the end. @returns the exit code */
  async exitCode(): Promise<number | null> {
    if (!this.ended) await once(this.child, 'exit');
    return this.child.exitCode;
  }
}

/** A folder for one test run; `remove` it at the end. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'cellar-test-'));
  // Under root the database runs as another user, who must be able to enter.
  await chmod(path, 0o755);
  return {
    path,
    remove: async () => {
      await removeEmbeddedDatabase(path);
      await rm(path, { recursive: true, force: true });
    },
  };
}
