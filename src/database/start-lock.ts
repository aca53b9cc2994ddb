import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { StartupError } from '../errors.js';

/** A holder that was killed is replaced after this time; a living one renews the lock every second. */
const STALE_MS = 3000;
const POLL_MS = 40;
/** A holder may wait for crash recovery, which takes minutes after a 1 GB write-ahead log. */
const PATIENCE_MS = 10 * 60_000;

/**
 * Runs `decide` while no other process starts or stops the database of this data folder. The lock orders our own
 * processes; should it ever fail, PostgreSQL's `postmaster.pid` still keeps two servers off one cluster.
 */
export async function withStartLock<T>(
  dataDir: string,
  log: (line: string) => void,
  signal: AbortSignal,
  decide: () => Promise<T>,
): Promise<T> {
  const release = await acquire(dataDir, log, signal);
  try {
    return await decide();
  } finally {
    await release().catch((error: Error) => log(`The start lock was not released: ${error.message}`));
  }
}

async function acquire(
  dataDir: string,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  const path = join(dataDir, 'postgres.lock');
  const since = Date.now();
  for (let told = false; ; ) {
    try {
      return await lock(dataDir, {
        lockfilePath: path,
        stale: STALE_MS,
        update: 1000,
        onCompromised: (error) => log(`The start lock of the database was taken over: ${error.message}`),
      });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ELOCKED') throw unusable(dataDir, cause);
      if (Date.now() - since > PATIENCE_MS) throw stuck(path, cause);
    }
    if (!told && Date.now() - since > 2000) {
      told = true;
      log('Another process is starting or stopping the database; waiting for it');
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

/** The data folder can not hold our files. */
function unusable(dataDir: string, cause: unknown): StartupError {
  return new StartupError(
    `The data folder ${dataDir} can not be written: ${cause instanceof Error ? cause.message : String(cause)}`,
    'Make it writable for the user that runs Cellar, or set DATA_DIR to another folder.',
    { cause },
  );
}

function stuck(path: string, cause: unknown): StartupError {
  return new StartupError(
    `Another process has been starting or stopping the database for ${PATIENCE_MS / 60_000} minutes.`,
    `End that process; when none is left, the lock ${path} expires after ${STALE_MS / 1000} seconds.`,
    { cause },
  );
}
