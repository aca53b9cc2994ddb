import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { StartupError } from '../errors.js';
import { assertOwnHome, makeHome, recordedHome } from './postgres-home.js';

/** Where clusters of root's processes live when the data folder is closed to every other user. */
const SYSTEM_FOLDER = '/var/lib/cellar';
const PASSWD_FILE = '/etc/passwd';

/** The operating system user that the server runs as; without a uid it is the user of this process. */
export interface ServerOwner {
  uid?: number;
  gid?: number;
}

/** Where one cluster lives, and as whom its server runs. */
export interface ClusterPlace {
  /** The folder that holds `cluster`, its temporary predecessors and, if needed, a copy of the binaries. */
  home: string;
  /** PostgreSQL's own data directory. */
  cluster: string;
  owner: ServerOwner;
}

/** What {@link placeCluster} asks the system; tests ask another one. */
export interface PlaceOptions {
  dataDir: string;
  log: (line: string) => void;
  passwdFile?: string;
  systemFolder?: string;
}

/** A cluster exists if and only if this file does: initialisation happens elsewhere and arrives by one rename. */
export function clusterExists(cluster: string): boolean {
  return existsSync(join(cluster, 'PG_VERSION'));
}

/**
 * PostgreSQL refuses to run as root, so root's server runs as the user `postgres`, else as `nobody`; no user is ever
 * created. An existing cluster keeps its user, because PostgreSQL also refuses files that belong to somebody else.
 */
export function placeCluster({ dataDir, log, passwdFile = PASSWD_FILE, ...options }: PlaceOptions): ClusterPlace {
  if (isTaken(join(dataDir, 'postgres'))) return placeExisting(dataDir, dataDir, log);
  const recorded = recordedHome(dataDir);
  if (recorded) {
    assertOwnHome(dataDir, recorded);
    if (isTaken(join(recorded, 'postgres'))) return placeExisting(recorded, dataDir, log);
  }
  if (process.getuid?.() !== 0) return { home: dataDir, cluster: join(dataDir, 'postgres'), owner: {} };

  const owner = userFor(passwdFile);
  if (canReach(dataDir, owner)) return { home: dataDir, cluster: join(dataDir, 'postgres'), owner };

  const home = recorded ?? makeHome(dataDir, options.systemFolder ?? SYSTEM_FOLDER);
  log(`${dataDir} is closed to the user that runs PostgreSQL, so the database is kept in ${home}`);
  return { home, cluster: join(home, 'postgres'), owner };
}

/** Gives an open file to the user of the server; where that is this process's user it already is. */
export function giveTo(owner: ServerOwner, file: number): void {
  if (owner.uid !== undefined) fchownSync(file, owner.uid, owner.gid ?? owner.uid);
}

/**
 * Makes a folder that only the user of the server (and root) may enter, or takes one that is ours already. Works on the
 * open folder and never through a link, or the user of the server could make root give it any folder.
 */
export function makePrivateFolder(path: string, owner: ServerOwner): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (process.platform === 'win32') return;
  const found = lstatSync(path);
  if (!found.isDirectory() || ![owner.uid, process.getuid?.()].includes(found.uid)) throw foreign(path, found.uid);
  const folder = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const opened = fstatSync(folder);
    if (opened.ino !== found.ino || opened.dev !== found.dev) throw foreign(path, opened.uid);
    fchmodSync(folder, 0o700);
    giveTo(owner, folder);
  } finally {
    closeSync(folder);
  }
}

function foreign(path: string, uid: number): StartupError {
  return new StartupError(
    `${path} is not a folder of our own: it is a link, a file or belongs to somebody else (user id ${uid}).`,
    `Remove ${path}, or set DATA_DIR to another folder; with a path of up to about 80 bytes none outside it is used.`,
  );
}

/** Whether that user may pass through every folder on the way to `path` and enter it, judged by the mode bits. */
export function canReach(path: string, owner: ServerOwner): boolean {
  for (let folder = realpathSync(path); ; folder = dirname(folder)) {
    const { uid, gid, mode } = statSync(folder);
    const shift = uid === owner.uid ? 6 : gid === owner.gid ? 3 : 0;
    if (((mode >> shift) & 1) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** A cluster of another user shows nothing but its owner. */
function isTaken(cluster: string): boolean {
  const found = statSync(cluster, { throwIfNoEntry: false });
  const ours = process.getuid?.();
  return found !== undefined && (clusterExists(cluster) || (ours !== undefined && ours !== 0 && found.uid !== ours));
}

function placeExisting(home: string, dataDir: string, log: (line: string) => void): ClusterPlace {
  const cluster = join(home, 'postgres');
  const { uid, gid } = statSync(cluster);
  const ours = process.getuid?.();
  if (home !== dataDir) log(`The database of ${dataDir} is kept in ${home}`);
  if (ours === undefined || (uid === ours && ours !== 0)) return { home, cluster, owner: {} };
  if (ours === 0 && uid !== 0) return { home, cluster, owner: { uid, gid } };
  throw new StartupError(
    `The database in ${cluster} belongs to the user with id ${uid}, this process runs as ${ours}.`,
    uid === 0
      ? `PostgreSQL does not run as root: give the folder to the user that shall run it (chown -R), or set DATA_DIR to another folder.`
      : 'Start Cellar as that user or as root, or set DATA_DIR to another folder.',
  );
}

function userFor(passwdFile: string): ServerOwner {
  const users = readFileSync(passwdFile, 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const wanted of ['postgres', 'nobody']) {
    const [, , uid, gid] = users.find(([name]) => name === wanted) ?? [];
    if (uid && gid && Number(uid) !== 0) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new StartupError(
    `PostgreSQL does not run as root, and ${passwdFile} names neither a user postgres nor a user nobody.`,
    'Start Cellar as an ordinary user, add a user postgres, or set DATABASE_URL to a server of your own.',
  );
}
