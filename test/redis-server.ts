import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const START_LIMIT_MS = 10_000;

/** The line that installs what is missing. */
export const INSTALL_REDIS = 'apt-get install redis-server';

/** Where redis-server is; undefined where it is not installed. */
export function redisBinary(): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'redis-server'))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * A suite that needs Redis. Where there is none it is reported as skipped, under the line that installs it; under CI that is
 * a failure, because there nobody reads what was skipped.
 */
export function describeWithRedis(name: string, suite: () => void): void {
  if (redisBinary()) {
    describe(name, suite);
  } else if (process.env.CI) {
    it(`${name}: needs redis-server`, () => {
      throw new Error(`redis-server is not installed, so half of the queue was not tested: ${INSTALL_REDIS}`);
    });
  } else {
    // Jest prints only how many tests were skipped, unless it is told to be verbose.
    process.stderr.write(`Skipped for want of redis-server: ${name}. To run it: ${INSTALL_REDIS}\n`);
    describe.skip(`${name} (needs redis-server: ${INSTALL_REDIS})`, suite);
  }
}

/** A port that stays free while the server is away: below those that systems hand to every connection. */
async function lastingPort(): Promise<number> {
  const probe = createServer();
  for (;;) {
    try {
      const port = randomInt(20_000, 32_000);
      await once(probe.listen(port, '127.0.0.1'), 'listening');
      probe.close();
      await once(probe, 'close');
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}

/** A Redis of one test, which keeps nothing on disk. */
export class RedisServer {
  #child?: ChildProcess;

  private constructor(
    readonly port: number,
    private readonly folder: string,
  ) {}

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await lastingPort(), mkdtempSync(join(tmpdir(), 'cellar-redis-')));
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it again on the port that it had. */
  async start(): Promise<void> {
    const binary = redisBinary();
    if (!binary) throw new Error(`redis-server is not installed: ${INSTALL_REDIS}`);
    const child = spawn(
      binary,
      [
        ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder],
        ['--save', '', '--appendonly', 'no'],
      ].flat(),
      { stdio: 'ignore', cwd: this.folder },
    );
    this.#child = child;
    for (const end = Date.now() + START_LIMIT_MS; !(await this.#answers()); ) {
      if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
      if (Date.now() > end) throw new Error(`redis-server did not answer within ${START_LIMIT_MS / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Ends it, by default as a crash does. */
  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }

  /** Forgets every key, and so every message. */
  async flush(): Promise<void> {
    const answer = await this.#command('FLUSHALL');
    if (!answer.startsWith('+OK')) throw new Error(`FLUSHALL answered ${answer}`);
  }

  /** How many messages of a queue are in the hands of its processes. */
  async held(queue: string): Promise<number> {
    const answer = await this.#command(`LLEN ${queue}:active`);
    if (!answer.startsWith(':')) throw new Error(`LLEN answered ${answer}`);
    return Number.parseInt(answer.slice(1), 10);
  }

  /** How many connections wait for a message. */
  async listeners(): Promise<number> {
    const answer = await this.#command('INFO clients');
    return Number(/^blocked_clients:(\d+)/m.exec(answer)?.[1]);
  }

  /** Ends it for good. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #answers(): Promise<boolean> {
    return (await this.#command('PING').catch(() => '')).startsWith('+PONG');
  }

  /** One command on a connection of its own, so that a test needs no client. */
  #command(command: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket: Socket = connect(this.port, '127.0.0.1');
      socket.setTimeout(1_000, () => socket.destroy(new Error(`Redis did not answer ${command}`)));
      socket.once('error', reject);
      socket.once('data', (answer) => {
        socket.destroy();
        resolve(answer.toString());
      });
      socket.write(`${command}\r\n`);
    });
  }
}
