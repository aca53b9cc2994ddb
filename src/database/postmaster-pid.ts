import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a running server writes about itself into its data directory. */
export interface PostmasterPid {
  pid: number;
  startedAt: Date;
  port: number;
  /** Empty where the server has no Unix socket (Windows). */
  socketFolder: string;
  /** `starting`, `ready`, `stopping`; empty until the server got that far. */
  status: string;
}

/** Reads `postmaster.pid`; absent when no server runs, or when the last one was stopped cleanly. */
export function readPostmasterPid(cluster: string): PostmasterPid | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const [pid, , started, port, socketFolder, , , status] = lines;
  if (!Number.isInteger(Number(pid)) || Number(pid) <= 0) return undefined;
  return {
    pid: Number(pid),
    startedAt: new Date(Number(started) * 1000),
    port: Number(port),
    socketFolder: socketFolder?.trim() ?? '',
    status: status?.trim() ?? '',
  };
}

/**
 * Whether a process has this id. A zombie does not count: in a container whose first process never reaps, a server that
 * outlived its parent stays one for ever.
 */
export function isRunning(pid: number): boolean {
  return isNumberTaken(pid) && (process.platform !== 'linux' || !['Z', undefined].includes(stateOf(pid)));
}

/** Whether a process, a thread or a zombie has this number. */
export function isNumberTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The letter that proc(5) tells; undefined where there is no such process. */
function stateOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat[stat.lastIndexOf(')') + 2];
  } catch {
    return undefined;
  }
}

/**
 * Whether a process can be the server of `cluster`. In a container, and after a reboot, something else soon has the number of
 * a server that was killed. A server works in its cluster; where that can not be seen, it is taken for one.
 */
export function mayBeServerOf(cluster: string, pid: number): boolean {
  if (!isRunning(pid)) return false;
  try {
    const [folder, its] = [statSync(cluster), statSync(`/proc/${pid}/cwd`)];
    return folder.dev === its.dev && folder.ino === its.ino;
  } catch {
    return true;
  }
}

/**
 * Whether that process is the server of `cluster` and runs as its user. Asked before a signal is sent: the number may
 * belong to another process after a reboot or in another container, and root must not signal whatever a file names.
 */
export function isServerOf(cluster: string, pid: number, uid: number | undefined): boolean {
  if (process.platform !== 'linux') return isRunning(pid);
  try {
    const owned = statSync(`/proc/${pid}`).uid === (uid ?? process.getuid?.());
    return owned && readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(cluster);
  } catch {
    return false;
  }
}
