import { createHash } from 'node:crypto';
import { rmdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartupError } from '../errors.js';
import { type ClusterPlace, makePrivateFolder } from './postgres-owner.js';
import type { PostmasterPid } from './postmaster-pid.js';

/** Of a Unix socket it is only part of the file's name. */
const SOCKET_PORT = 5432;
/** `sun_path` holds 108 bytes with its closing zero on Linux, 104 elsewhere. */
const LONGEST_PATH = process.platform === 'linux' ? 107 : 103;

/** Where a server listens: a private folder for its Unix socket, or on Windows a port of the loopback interface. */
export interface Listening {
  host: string;
  port: number;
}

/** Chooses where the server shall listen. The network never reaches it: no TCP at all where there are Unix sockets. */
export async function chooseListening(
  { cluster, owner }: ClusterPlace,
  shortFolders: string[] = [tmpdir(), '/tmp', '/run'],
): Promise<Listening> {
  if (process.platform === 'win32') return { host: '127.0.0.1', port: await freePort() };
  const inside = join(cluster, 'run');
  if (fits(inside)) {
    makePrivateFolder(inside, owner);
    return { host: inside, port: SOCKET_PORT };
  }
  const name = `cellar-${createHash('sha256').update(cluster).digest('hex').slice(0, 16)}`;
  const short = shortFolders.map((folder) => join(folder, name)).find(fits);
  if (!short) {
    throw new StartupError(
      `The path of the database's socket would be longer than ${LONGEST_PATH} bytes, in ${inside} as in ${shortFolders.join(', ')}.`,
      'Set DATA_DIR to a folder with a shorter path.',
    );
  }
  // Anyone may make names in the temporary folder; one that is not ours is refused, never used or removed.
  makePrivateFolder(short, owner);
  return { host: short, port: SOCKET_PORT };
}

/** Where a running server says that it listens; one that has not said it yet will listen where most do. */
export function listeningOf(cluster: string, { socketFolder, port }: PostmasterPid): Listening {
  if (process.platform === 'win32') return { host: '127.0.0.1', port };
  return { host: socketFolder || join(cluster, 'run'), port: SOCKET_PORT };
}

/** Removes a short folder after the server left it; the one inside the cluster stays. */
export function removeShortFolder(cluster: string, host: string): void {
  if (process.platform === 'win32' || host === join(cluster, 'run')) return;
  try {
    rmdirSync(host);
  } catch {
    // Another server may have begun to use it.
  }
}

function fits(folder: string): boolean {
  return Buffer.byteLength(join(folder, `.s.PGSQL.${SOCKET_PORT}`)) <= LONGEST_PATH;
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : SOCKET_PORT;
}
