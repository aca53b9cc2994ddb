import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupError } from '../errors.js';
import type { DatabaseAddress } from './embedded-database.js';
import type { PostgresBinaries } from './postgres-binaries.js';
import { runToEnd } from './postgres-child.js';
import { explainFailure } from './postgres-failure.js';
import { type ClusterPlace, clusterExists, giveTo, makePrivateFolder, type ServerOwner } from './postgres-owner.js';
import type { Listening } from './postgres-socket.js';
import { isRunning } from './postmaster-pid.js';

/** The superuser of the cluster, and the database in it. */
const NAME = 'cellar';

/**
 * A new cluster is 39 MB and one WAL segment 16 MB: with less than this the next checkpoint can end in a PANIC. Bytes and
 * not a share of the disk, because 2 % of a 4 TB disk is plenty.
 */
const MINIMUM_FREE_BYTES = 100 * 1024 ** 2;

/** Collation and case come from PostgreSQL itself, so an update of ICU or glibc never makes an index wrong. */
const LOCALE = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];

/** Written to postgresql.conf once, so that an operator can change them there. */
const SETTINGS = {
  max_connections: '200',
  shared_buffers: '128MB',
  max_wal_size: '1GB',
  // An experiment that is being filled is searched at the same time: what the planner knows of it must not be a minute old.
  autovacuum_naptime: '5s',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

const passwordFile = (cluster: string) => join(cluster, 'cellar.password');

/**
 * How to connect to the server of a cluster. Its random password is kept inside the cluster, so that both arrive by one
 * rename and a copy of the folder stays usable.
 */
export function addressOf(cluster: string, { host, port }: Listening): DatabaseAddress {
  return { host, port, user: NAME, password: readPassword(cluster), database: NAME };
}

function readPassword(cluster: string): string {
  try {
    return readFileSync(passwordFile(cluster), 'utf8').trim();
  } catch (cause) {
    throw new StartupError(
      `The database's password can not be read from ${passwordFile(cluster)}.`,
      'Restore that file from a backup, or set DATA_DIR to another folder.',
      { cause },
    );
  }
}

/** Makes sure that there is a complete cluster of the right version, with space to start. */
export async function ensureCluster(place: ClusterPlace, binaries: PostgresBinaries, durable: boolean): Promise<void> {
  await assertFreeSpace(place.home);
  await removeLeftovers(place);
  if (clusterExists(place.cluster)) return assertVersion(place.cluster, binaries);
  if (existsSync(place.cluster) && readdirSync(place.cluster).length > 0) {
    throw new StartupError(
      `${place.cluster} holds files, but no complete PostgreSQL database.`,
      'Move these files away, or set DATA_DIR to another folder.',
    );
  }
  await initialise(place, binaries, durable);
}

/**
 * Everything is made and synced in a temporary folder and arrives by one rename: a power cut leaves no cluster or a whole
 * one. Measured: initdb 0.44 s without its own sync, and 0.05 s for the one sync at the end that covers our files too.
 */
async function initialise({ home, cluster, owner }: ClusterPlace, binaries: PostgresBinaries, durable: boolean) {
  const draft = `${cluster}.tmp-${process.pid}`;
  const data = join(draft, 'data');
  const password = join(draft, 'password');
  await rm(draft, { recursive: true, force: true });
  // The folder changes hands last: in one that already belongs to the user of the server, root would follow its links.
  await mkdir(draft, { mode: 0o700 });
  await writePassword(password, owner);
  makePrivateFolder(draft, owner);
  const { exitCode, output } = await runToEnd(
    binaries.initdb,
    [
      ['-D', data, '--auth=scram-sha-256', `--username=${NAME}`, `--pwfile=${password}`],
      ['--data-checksums', '--no-sync', '--no-instructions', ...LOCALE],
      Object.entries(SETTINGS).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
    ].flat(),
    owner,
    draft,
  );
  if (exitCode !== 0) {
    await rm(draft, { recursive: true, force: true });
    throw explainFailure(cluster, output.split('\n').filter(Boolean), `initdb ended with ${exitCode}`);
  }
  await rename(password, passwordFile(data));
  if (durable) await syncTree(data, binaries, owner);
  await rename(data, cluster);
  await rm(draft, { recursive: true, force: true });
  if (durable) await syncFolder(home);
}

async function writePassword(path: string, owner: ServerOwner): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(`${randomBytes(32).toString('base64url')}\n`);
    giveTo(owner, file.fd);
  } finally {
    await file.close();
  }
}

async function syncTree(data: string, binaries: PostgresBinaries, owner: ServerOwner): Promise<void> {
  const { exitCode, output } = await runToEnd(binaries.initdb, ['--sync-only', '-D', data], owner, data);
  if (exitCode !== 0)
    throw explainFailure(data, output.split('\n').filter(Boolean), 'the new database could not be synced');
}

/** Without it the rename itself may be lost; Windows has no such call and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What a process that was killed during its first start left behind. The caller holds the start lock. */
async function removeLeftovers({ home }: ClusterPlace): Promise<void> {
  for (const name of await readdir(home)) {
    if (!/^postgres(-binaries-.+)?\.tmp-\d+$/.test(name)) continue;
    const pid = Number(name.slice(name.lastIndexOf('-') + 1));
    // An initdb that outlived its parent may still write here, hence the retries.
    if (!isRunning(pid)) await rm(join(home, name), { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

function assertVersion(cluster: string, { major, packageName }: PostgresBinaries): void {
  const written = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim();
  if (written === major) return;
  throw new StartupError(
    `The database in ${cluster} was written by PostgreSQL ${written}, and this Cellar brings PostgreSQL ${major}.`,
    `Either keep PostgreSQL ${written}: install the version of ${packageName} that begins with ${written}. Or move the data: export it with the Cellar that wrote it, set DATA_DIR to a new folder, and import it there.`,
  );
}

async function assertFreeSpace(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= MINIMUM_FREE_BYTES) return;
  const megabytes = (bytes: number) => `${Math.floor(bytes / 1024 ** 2)} MB`;
  throw new StartupError(
    `The disk that holds ${folder} has ${megabytes(free)} left, the database needs ${megabytes(MINIMUM_FREE_BYTES)} to start safely.`,
    'Free space on that disk, or set DATA_DIR to a folder on another one.',
  );
}
