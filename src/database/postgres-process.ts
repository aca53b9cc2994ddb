import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseAddress } from './embedded-database.js';
import { findPrograms, type PostgresBinaries } from './postgres-binaries.js';
import { childEnvironment, runToEnd } from './postgres-child.js';
import { explainFailure, lastLogLines, markLog } from './postgres-failure.js';
import { type ClusterPlace, giveTo, makePrivateFolder } from './postgres-owner.js';
import { openSession, type PresenceSession } from './postgres-session.js';
import { isNumberTaken, isRunning, mayBeServerOf, readPostmasterPid } from './postmaster-pid.js';

const POLL_MS = 10;
/** A server that recovers from a crash says so; one that says nothing for this long will not come. */
const SILENCE_MS = 30_000;
const FAST_STOP_MS = 10_000;
const IMMEDIATE_STOP_MS = 10_000;
/** The log collector ends by itself once nobody writes to it any more. */
const COLLECTOR_MS = 2_000;

/** Seven files, one a day of the week, each begun anew a week later. */
const LOGGING = {
  logging_collector: 'on',
  log_directory: 'log',
  log_filename: 'postgres-%a.log',
  log_rotation_age: '1d',
  log_rotation_size: '0',
  log_truncate_on_rotation: 'on',
  log_line_prefix: '%m [%p] ',
};

/** Only for tests in folders that are thrown away. A killed server still loses nothing, because commits reach the kernel. */
const NOT_DURABLE = { fsync: 'off', full_page_writes: 'off' };

/** What {@link startServer} starts. */
export interface ServerStart {
  place: ClusterPlace;
  binaries: PostgresBinaries;
  address: DatabaseAddress;
  durable: boolean;
  /** Gives up and stops what was started. */
  signal: AbortSignal;
}

/**
 * Starts a server and waits until it answers a query. It gets a session of its own, so Ctrl-C in the terminal reaches
 * only us and we drain first, and its output goes to a file, so it survives us: killed with us it would need recovery.
 */
export async function startServer(start: ServerStart): Promise<PresenceSession> {
  const { place, address, signal } = start;
  const { cluster } = place;
  const output = openOutput(place);
  const mark = markLog(cluster);
  const child = spawnServer(start, output);
  let failed: Error | undefined;
  child.once('error', (error) => {
    failed = error;
  });
  const isAlive = () => failed === undefined && child.exitCode === null && child.signalCode === null;
  try {
    const session = await openSession({ address, cluster, isAlive, silenceMs: SILENCE_MS, signal });
    if (session) return session;
    const ending = isAlive()
      ? 'it did not answer'
      : (failed?.message ?? `it ended with ${child.signalCode ?? child.exitCode}`);
    throw explainFailure(cluster, lastLogLines(cluster, mark), ending);
  } catch (error) {
    if (child.pid !== undefined && isAlive()) await stopServer(place, child.pid);
    throw error;
  }
}

/**
 * Ends a server: a fast shutdown, then an immediate one. Never SIGKILL, which would leave its children attached to the
 * shared memory and the folder unusable until they end.
 * @returns false when it still runs after both.
 */
export async function stopServer({ cluster }: ClusterPlace, pid: number): Promise<boolean> {
  const children = childrenOf(pid);
  for (const [signal, limit] of [
    ['INT', FAST_STOP_MS],
    ['QUIT', IMMEDIATE_STOP_MS],
  ] as const) {
    await sendSignal(pid, signal);
    if (!(await hasEnded(cluster, pid, limit))) continue;
    // The server waits for all of its children but the log collector, which lives a moment longer.
    const until = Date.now() + COLLECTOR_MS;
    while (children.some(isRunning) && Date.now() < until) await sleep(POLL_MS);
    return true;
  }
  return false;
}

/** Known on Linux only; elsewhere nothing depends on the log collector's last moment. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Signals the caller's own processes that work in a cluster; as the server's user, so that it can reach no others. */
const END_WORKERS = `for process in /proc/[0-9]*; do
  if [ -O "$process" ] && [ "$(readlink "$process/cwd")" = "$1" ]; then kill -QUIT "\${process#/proc/}"; fi
done 2>/dev/null`;

/** Puts a number into the place of the server's. The rest stays: it tells PostgreSQL which shared memory must be unused. */
const RENUMBER = `umask 077; number=$1; shift; for lock; do
  [ -f "$lock" ] && { echo "$number"; tail -n +2 "$lock"; } >"$lock.new" && mv "$lock.new" "$lock"
done`;

/**
 * Clears away what a killed server left behind and what keeps a new one out.
 *
 * Idle children notice its death at once, but one that computes goes on and keeps the shared memory: 30 s for a long query,
 * measured, and for ever for an endless one. They are ended.
 *
 * PostgreSQL takes whatever has the number of that server for one that runs: another process, a thread, and a zombie, which
 * some first processes leave for seconds, some for ever. The number of its own parent, though, is never another server's to
 * it, so ours is put there.
 */
export async function clearRemains({ cluster, owner }: ClusterPlace): Promise<void> {
  const holder = readPostmasterPid(cluster);
  if (process.platform !== 'linux' || !holder || mayBeServerOf(cluster, holder.pid)) return;
  await runToEnd('/bin/sh', ['-c', END_WORKERS, 'sh', cluster], owner);
  if (!isNumberTaken(holder.pid)) return;
  const locks = [join(cluster, 'postmaster.pid'), join(holder.socketFolder, `.s.PGSQL.${holder.port}.lock`)];
  await runToEnd('/bin/sh', ['-c', RENUMBER, 'sh', String(process.pid), ...locks], owner);
}

/** Resolves with whether the server ended in time; its file going away counts, as its last act. */
export async function hasEnded(cluster: string, pid: number, limitMs: number): Promise<boolean> {
  const until = Date.now() + limitMs;
  while (isRunning(pid)) {
    if (Date.now() > until) return readPostmasterPid(cluster)?.pid !== pid;
    await sleep(POLL_MS);
  }
  return true;
}

/** What the server says before its log collector runs; emptied for each start. */
function openOutput({ cluster, owner }: ClusterPlace): number {
  const folder = join(cluster, 'log');
  makePrivateFolder(folder, owner);
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  const file = openSync(join(folder, 'start.log'), O_WRONLY | O_CREAT | O_TRUNC | (O_NOFOLLOW ?? 0), 0o600);
  giveTo(owner, file);
  return file;
}

function spawnServer(
  { place: { cluster, owner }, binaries, address, durable }: ServerStart,
  output: number,
): ChildProcess {
  const settings = {
    // Quoted, because a comma in the path would begin a second folder.
    ...(process.platform === 'win32'
      ? { listen_addresses: address.host }
      : { listen_addresses: '', unix_socket_directories: `"${address.host.replaceAll('"', '""')}"` }),
    unix_socket_permissions: '0700',
    port: String(address.port),
    ...LOGGING,
    ...(durable ? {} : NOT_DURABLE),
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  try {
    const child = spawn(binaries.postgres, ['-D', cluster, ...options], {
      ...owner,
      cwd: cluster,
      env: childEnvironment(),
      detached: true,
      windowsHide: true,
      stdio: ['ignore', output, output],
    });
    child.unref();
    return child;
  } finally {
    closeSync(output);
  }
}

async function sendSignal(pid: number, signal: 'INT' | 'QUIT'): Promise<void> {
  try {
    // Windows has no signals; there PostgreSQL's own program brings them through a pipe.
    if (process.platform === 'win32') await runToEnd(findPrograms().pgCtl, ['kill', signal, String(pid)], {});
    else process.kill(pid, `SIG${signal}`);
  } catch {
    // It ended meanwhile.
  }
}
