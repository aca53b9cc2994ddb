import type { Stats } from 'node:fs';
import { lstat, mkdir, open, realpath, rmdir, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { type ArtifactPath, refused } from './artifact-path.js';

/** Where a path leads on disk. */
export interface Place {
  /** Absolute. */
  path: string;
  /** Of what is there; absent = nothing is. */
  stats?: Stats;
}

/** The folder that no path leads out of. Nothing in it is a link: whatever else puts links there, they are not followed. */
export class ArtifactFolder {
  /** @param root absolute; made when it is first written to */
  constructor(readonly root: string) {}

  /**
   * Walks down and looks at each step.
   * @throws AppError INVALID_INPUT where a step is a link or the way leads out
   */
  async find(path: ArtifactPath): Promise<Place> {
    // The root itself may be a link that whoever runs the server has put there.
    let place: Place = { path: this.root, stats: await statsOf(this.root, stat) };
    for (const name of path) {
      if (!place.stats?.isDirectory()) return { path: join(this.root, ...path) };
      const next = join(place.path, name);
      place = { path: next, stats: await statsOf(next) };
      if (place.stats?.isSymbolicLink()) throw refused('leads over a link');
    }
    return place.stats && (await this.#contains(place.path)) ? place : { path: place.path };
  }

  /**
   * The folder that a file goes to, made where it is missing.
   * @throws AppError INVALID_INPUT where a file stands in the way, or a link
   */
  async make(path: ArtifactPath): Promise<string> {
    await mkdir(this.root, { recursive: true });
    let folder = this.root;
    for (const name of path) {
      const next = join(folder, name);
      const made = await mkdir(next).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return false;
          throw error;
        },
      );
      if (made) await syncFolder(folder);
      const stats = await lstat(next);
      if (stats.isSymbolicLink()) throw refused('leads over a link');
      if (!stats.isDirectory()) throw refused(`has the file ${name} for a folder`);
      folder = next;
    }
    if (!(await this.#contains(folder))) throw Object.assign(new Error(`${folder} is gone again`), { code: 'ENOENT' });
    return folder;
  }

  /** Removes the folders above `path` that nothing is left in. */
  async prune(path: string): Promise<void> {
    for (let folder = dirname(path); folder.startsWith(this.root + sep); folder = dirname(folder)) {
      try {
        await rmdir(folder);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return;
      }
    }
  }

  /**
   * What was found by its names must lie inside by its resolved path too.
   * @returns false where it is gone meanwhile
   */
  async #contains(path: string): Promise<boolean> {
    try {
      const [root, real] = await Promise.all([realpath(this.root), realpath(path)]);
      if (real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep)) throw refused('leads out');
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }
}

/** Makes what was renamed or made in a folder survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows has no such thing: it refuses to open folders.
  if (process.platform === 'win32') return;
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function statsOf(path: string, look: typeof lstat = lstat): Promise<Stats | undefined> {
  try {
    return await look(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
