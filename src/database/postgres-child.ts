import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { homedir, tmpdir } from 'node:os';
import type { ServerOwner } from './postgres-owner.js';

/**
 * The whole environment of PostgreSQL's programs. Nothing is inherited: a user's `PGDATA`, `LANG` or
 * `LD_LIBRARY_PATH` must not change what they do, and messages must be English for {@link explainFailure}.
 */
export function childEnvironment(): Record<string, string> {
  return process.platform === 'win32'
    ? { LC_ALL: 'C', SystemRoot: 'C:\\Windows', PATH: 'C:\\Windows\\System32;C:\\Windows', TEMP: tmpdir() }
    : { LC_ALL: 'C', PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', HOME: homedir(), TMPDIR: tmpdir() };
}

/** What a program of PostgreSQL printed and how it ended. */
export interface Finished {
  /** Absent when the program could not be started at all. */
  exitCode: number | null;
  output: string;
}

/**
 * Runs a program to its end; never rejects, so that the caller can put every failure in words. In a session of its own, as a
 * Ctrl-C at the terminal is for us: what it interrupts is finished first.
 */
export async function runToEnd(program: string, args: string[], owner: ServerOwner, cwd?: string): Promise<Finished> {
  let output = '';
  try {
    const child = spawn(program, args, {
      ...owner,
      cwd: cwd ?? (process.platform === 'win32' ? undefined : '/'),
      env: childEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      windowsHide: true,
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await once(child, 'close');
    return { exitCode: child.exitCode, output };
  } catch (error) {
    return { exitCode: null, output: `${output}${error instanceof Error ? error.message : String(error)}` };
  }
}
