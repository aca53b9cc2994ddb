import { accessSync, constants, existsSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartupError } from '../errors.js';

/**
 * Makes the folder that DATA_DIR names, with its parents, unless it is there.
 * @param path absolute
 * @returns the same without symbolic links, so that two spellings of one folder mean one cluster
 * @throws StartupError that names the place which refuses
 */
export function makeDataFolder(path: string): string {
  const missing: string[] = [];
  let existing = path;
  // The root of a path is its own parent; on Windows a drive may be missing.
  for (; existing !== dirname(existing) && !existsSync(existing); existing = dirname(existing))
    missing.unshift(existing);
  try {
    if (!statSync(existing).isDirectory()) throw refused(path, `${existing} is not a folder`);
    // One by one: mkdir's own `recursive` never returns where an existing parent answers ENOENT, as /proc does.
    for (const folder of missing) makeUnlessThere(folder);
    return realpathSync(path);
  } catch (cause) {
    throw cause instanceof StartupError ? cause : refused(path, reasonOf(cause as NodeJS.ErrnoException), cause);
  }
}

/**
 * The same, for those who write files there themselves.
 * @throws StartupError also where this user may not write
 */
export function makeWritableDataFolder(path: string): string {
  const folder = makeDataFolder(path);
  assertWritable(folder);
  return folder;
}

/** @throws StartupError where the folder is not there, or this user may not write into it */
export function assertWritable(path: string): void {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const isGone = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new StartupError(
      `DATA_DIR ${path} ${isGone ? 'is not there' : 'can not be written by the user that runs Cellar'}.`,
      'Set DATA_DIR to a folder that this user may write, or let them.',
      { cause },
    );
  }
}

/** Another process may start on the same folder at this moment. */
function makeUnlessThere(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function reasonOf({ code, path, syscall, message }: NodeJS.ErrnoException): string {
  const parent = path && syscall === 'mkdir' ? dirname(path) : undefined;
  if (parent && code === 'ENOENT') return `${parent} takes no folders`;
  if (parent && code === 'EROFS') return `${parent} is on a read-only file system`;
  if (parent && (code === 'EACCES' || code === 'EPERM')) return `this user may not make a folder in ${parent}`;
  return message;
}

function refused(path: string, reason: string, cause?: unknown): StartupError {
  return new StartupError(
    `DATA_DIR ${path} can not be made: ${reason}.`,
    'Set DATA_DIR to a folder that the user that runs Cellar may make and write.',
    { cause },
  );
}
