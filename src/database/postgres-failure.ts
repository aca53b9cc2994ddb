import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { StartupError } from '../errors.js';
import { isRunning, readPostmasterPid } from './postmaster-pid.js';

const TAIL_LINES = 50;
const TAIL_BYTES = 16_384;
const SHOWN_LINES = 12;

/** What a server says when it can not start, and what helps. The server's own words follow in the message. */
const KNOWN: { pattern: RegExp; message: string; remedy: string }[] = [
  {
    pattern: /insufficient file descriptors|too many open files/i,
    message: 'PostgreSQL may not open enough files.',
    remedy: 'Raise the limit of open files for whoever starts Cellar (ulimit -n 1024, or LimitNOFILE of its service).',
  },
  {
    pattern: /could not resize shared memory segment/i,
    message: 'The system gave PostgreSQL too little shared memory.',
    remedy: 'Make /dev/shm larger: 64 MB are enough (docker run --shm-size, or shm_size in docker-compose.yml).',
  },
  {
    pattern: /no space left|disk full|disc full/i,
    message: 'PostgreSQL found no space on the disk.',
    remedy: 'Free space on the disk that holds DATA_DIR, then start again; nothing that was committed is lost.',
  },
  {
    pattern: /could not create any (Unix|TCP\/IP)|could not create (Unix|listen) socket|could not create lock file/i,
    message: 'PostgreSQL could not open its socket.',
    remedy: 'Make sure that the socket folder can be written, or set DATA_DIR to a folder with a shorter path.',
  },
  {
    pattern: /database files are incompatible/i,
    message: 'The database files were written by another version of PostgreSQL.',
    remedy: 'Use the version of Cellar that wrote them, or set DATA_DIR to another folder.',
  },
  {
    pattern: /shared memory|shmget|semget|semaphore/i,
    message: 'The system gave PostgreSQL no shared memory, or processes of a killed server still use it.',
    remedy:
      'Wait until processes of an earlier server have ended (ps shows them as postgres), or raise the limit of shared memory.',
  },
  {
    pattern: /has (wrong ownership|invalid permissions)|permission denied/i,
    message: 'PostgreSQL may not use its files.',
    remedy: 'Give the folder postgres in DATA_DIR to the user that runs Cellar (chown -R, chmod 700).',
  },
  {
    pattern: /could not locate a valid checkpoint|invalid (primary )?checkpoint|could not read|data checksums|PANIC/i,
    message: 'The database files are damaged.',
    remedy:
      'Restore the folder postgres in DATA_DIR from a backup; the log in postgres/log says which file is damaged.',
  },
];

/** How long each log file is now, so that a later failure shows only what belongs to it. */
export function markLog(cluster: string): Map<string, number> {
  return new Map(logFiles(cluster).map(({ path, size }) => [path, size]));
}

/** The end of what the server wrote since the mark: before its log collector runs to one file, afterwards to another. */
export function lastLogLines(cluster: string, mark: Map<string, number>): string[] {
  return logFiles(cluster)
    .sort((a, b) => a.mtimeMs - b.mtimeMs)
    .flatMap(({ path, size }) => {
      const marked = mark.get(path) ?? 0;
      // A file that was begun anew is shorter than it was.
      return tail(path, marked > size ? 0 : marked);
    })
    .slice(-TAIL_LINES);
}

function logFiles(cluster: string): { path: string; size: number; mtimeMs: number }[] {
  const folder = join(cluster, 'log');
  return readdirSync(folder)
    .map((name) => ({ path: join(folder, name), stats: lstatSync(join(folder, name)) }))
    .filter(({ stats }) => stats.isFile())
    .map(({ path, stats: { size, mtimeMs } }) => ({ path, size, mtimeMs }));
}

/** Turns a server that would not start into a sentence with a way out; the log's end stays attached for the rest. */
export function explainFailure(cluster: string, lines: string[], ending: string): StartupError {
  if (lines.some((line) => /lock file ".*" already exists|is another postmaster/i.test(line))) return inUse(cluster);
  const said = lines.filter((line) =>
    /FATAL|PANIC|ERROR|HINT|DETAIL|error:|configuration parameter|error while loading/.test(line),
  );
  const words = (said.length > 0 ? said : lines).slice(-SHOWN_LINES).map((line) => `\n  ${line}`);
  // Not in what tells how far it came: initdb names shared memory each time.
  const known = KNOWN.find(({ pattern }) => said.some((line) => pattern.test(line)));
  return new StartupError(
    `${known?.message ?? `The embedded PostgreSQL did not start (${ending}).`}${words.join('')}`,
    known?.remedy ?? `Read ${join(cluster, 'log')}, or set DATABASE_URL to a PostgreSQL server of your own.`,
    { cause: new Error(`${ending}\n${lines.join('\n')}`) },
  );
}

/** The folder is held by something that does not answer as our server. */
export function inUse(cluster: string, cause?: unknown): StartupError {
  const holder = readPostmasterPid(cluster);
  const file = join(cluster, 'postmaster.pid');
  const by = holder ? ` by process ${holder.pid} since ${holder.startedAt.toISOString()}` : '';
  return new StartupError(
    `The database in ${cluster} is in use${by}, and that process does not answer as its server.`,
    holder && isRunning(holder.pid)
      ? `Look at the process (ps -p ${holder.pid}). If it is a PostgreSQL server, stop it: kill -INT ${holder.pid}. If it is something else that got the same number after a reboot, remove ${file}. Or set DATA_DIR to another folder.`
      : `Start again. If this stays, no postgres process runs on the folder and ${file} exists, remove that file.`,
    { cause },
  );
}

function tail(path: string, from: number): string[] {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const { size } = fstatSync(file);
    const start = Math.max(from, size - TAIL_BYTES);
    const bytes = Buffer.alloc(size - start);
    readSync(file, bytes, 0, bytes.length, start);
    return bytes.toString('utf8').split('\n').filter(Boolean).slice(-TAIL_LINES);
  } finally {
    closeSync(file);
  }
}
