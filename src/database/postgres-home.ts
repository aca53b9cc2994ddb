import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StartupError } from '../errors.js';

/** In the data folder; names where the cluster lies when it does not lie there. */
const LOCATION_FILE = 'postgres.location';

/** Beside a cluster that lies elsewhere; names the data folder that it belongs to. */
const OWNER_FILE = 'data-folder';

/** Where root had to place the cluster of a data folder; undefined where it lies inside. */
export function recordedHome(dataDir: string): string | undefined {
  return lineOf(join(dataDir, LOCATION_FILE));
}

/**
 * Makes a place for the cluster of a data folder that the user of the server can not reach.
 * @throws StartupError where a cluster is left there of a data folder that is gone
 */
export function makeHome(dataDir: string, systemFolder: string): string {
  const key = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  const home = join(systemFolder, key);
  if (existsSync(join(home, 'postgres'))) throw leftOver(home, dataDir);
  for (const folder of [dirname(home), home]) {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o755);
  }
  writeFileSync(join(home, OWNER_FILE), `${dataDir}\n`);
  writeFileSync(join(dataDir, LOCATION_FILE), `${home}\n`);
  return home;
}

/**
 * Makes sure that the place which a data folder names is there and its own: a copy of the folder names the place of the
 * first. A folder that was moved takes its place along.
 * @throws StartupError
 */
export function assertOwnHome(dataDir: string, home: string): void {
  if (!existsSync(home)) throw gone(home, dataDir);
  const owner = lineOf(join(home, OWNER_FILE));
  if (owner === dataDir) return;
  if (owner && recordedHome(owner) === home) throw copied(home, dataDir, owner);
  // Others can not use it anyway, as its caller tells them.
  if (process.getuid?.() === 0) writeFileSync(join(home, OWNER_FILE), `${dataDir}\n`);
}

function lineOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

function leftOver(home: string, dataDir: string): StartupError {
  return new StartupError(
    `The database of an earlier ${dataDir} is still in ${home}, and the folder itself is gone or was emptied.`,
    `To begin anew remove ${home}; to go on with its database restore ${dataDir}, or write ${home} into a file ${LOCATION_FILE} there.`,
  );
}

function gone(home: string, dataDir: string): StartupError {
  return new StartupError(
    `${join(dataDir, LOCATION_FILE)} says that the database is in ${home}, and there is no such folder.`,
    `Restore or mount it, or remove ${join(dataDir, LOCATION_FILE)} to begin with an empty database.`,
  );
}

function copied(home: string, dataDir: string, owner: string): StartupError {
  return new StartupError(
    `${dataDir} is a copy of ${owner}, whose database is in ${home} and would be used by both.`,
    `Copy ${home} as well and write the path of the copy into ${join(dataDir, LOCATION_FILE)}, or remove that file to begin with an empty database.`,
  );
}
