import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM = join(import.meta.dirname, '../dist/main.js');
const PATIENCE_MS = 30_000;
/** Ours to decide; what else is set where the tests run must not change them. */
const ENVIRONMENT = { HOST: '', DATABASE_URL: '', REDIS_URL: '', PUBLIC_URL: '', ALLOWED_HOSTS: '', LOG_LEVEL: 'info' };

/** The built program in a process of its own, on a data folder of its own. */
export interface TestServer {
  url: string;
  dataDir: string;
  /** Everything it wrote so far. */
  log: string[];
  /** Ends it as an operator would and removes its data. */
  stop: () => Promise<void>;
}

/** @param env wins over the settings of a test */
export async function startServer(env: Record<string, string> = {}): Promise<TestServer> {
  if (!existsSync(PROGRAM)) throw new Error('The program is not built: run npm run build');
  const root = mkdtempSync(join(tmpdir(), 'cellar-test-'));
  // The database runs as another user where the tests run as root.
  chmodSync(root, 0o755);
  const dataDir = join(root, 'data');
  const child = spawn(process.execPath, [PROGRAM], {
    // Away from the repository, whose .env is not the tests'.
    cwd: root,
    env: { ...process.env, ...ENVIRONMENT, PORT: '0', DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: string[] = [];
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(root, { recursive: true, force: true });
  };
  try {
    return { url: await addressOf(child, log), dataDir, log, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Its log says where it serves once it does. */
async function addressOf(child: ChildProcess, log: string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', (line) => log.push(line));
  }
  child.stdout?.on('data', () => {
    const address = /Cellar serves (http:\S+)/.exec(log.join('\n'))?.[1];
    if (address) resolve(address);
  });
  child.once('exit', (code) => reject(new Error(`The server ended with code ${code}:\n${log.join('\n')}`)));
  const timer = setTimeout(() => reject(new Error(`The server did not start:\n${log.join('\n')}`)), PATIENCE_MS);
  return promise.finally(() => clearTimeout(timer));
}
