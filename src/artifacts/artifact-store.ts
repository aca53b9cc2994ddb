import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config } from '../config.js';
import { AppError } from '../errors.js';
import type { Condition, Version } from '../http/preconditions.js';
import { ArtifactRepository } from './artifact.repository.js';
import { ArtifactFolder, syncFolder } from './artifact-folder.js';
import { type ArtifactPath, INCOMING, parentOf, refused } from './artifact-path.js';
import { type Received, receive, removeLeftOvers } from './artifact-upload.js';
import { Turns } from './turns.js';

/** How often a folder may be removed by others between its making and its use. */
const ATTEMPTS = 10;

/** How often is looked for what killed processes left. */
const CLEANING_MS = 10 * 60 * 1000;

/** Files asked for their size at a time. */
const LOOK_AT_ONCE = 64;

/** Bytes read at a time. */
const CHUNK = 64 * 1024;

/** First and last byte, both included. */
export interface ByteRange {
  start: number;
  end: number;
}

/** A file that is held open: what is read of it is what it was when it was opened, whatever replaces it meanwhile. */
export interface OpenArtifact extends Version {
  /** The last name of its path. */
  name: string;
  /** Bytes. */
  size: number;
  /** Reads all or a part, then lets go. */
  read(range?: ByteRange): Promise<Readable>;
  /** Lets go of a file that is not read. */
  close(): Promise<void>;
}

/** What stands in a folder. */
export interface ArtifactEntry {
  /** Its name, without those of the folders above. */
  path: string;
  isDirectory: boolean;
  /** Bytes; 0 for a folder. */
  size: number;
}

/** The bytes of artifacts, by path. */
@Injectable()
export class ArtifactStore implements OnModuleInit, BeforeApplicationShutdown {
  readonly #log = new Logger('artifacts');
  readonly #folder: ArtifactFolder;
  readonly #incoming: string;
  /** By path: between the look at what is there and the change of it, nothing else of this process may change it. */
  readonly #turns = new Turns();
  #timer?: NodeJS.Timeout;

  constructor(
    @Inject(CONFIG) config: Pick<Config, 'dataDir'>,
    @Inject(ArtifactRepository) private readonly locks: Pick<ArtifactRepository, 'alone'>,
  ) {
    this.#folder = new ArtifactFolder(join(config.dataDir, 'artifacts'));
    this.#incoming = join(this.#folder.root, INCOMING);
  }

  async onModuleInit(): Promise<void> {
    await this.#clean();
    // What a process left that was killed a moment ago can not be told yet from an upload that runs in another one.
    this.#timer = setInterval(() => void this.#clean(), CLEANING_MS).unref();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  /**
   * Stores a stream of any length; replaces what is there at once, and leaves it as it was when the stream breaks off.
   * @throws AppError INVALID_INPUT where a folder has this path or a file has the path of a folder above it;
   * REQUEST_REFUSED when the stream breaks off; UNAVAILABLE when there is no room
   * @param condition held before the stream is read, so that nobody sends in vain, and again when all of it is here
   */
  async put(path: ArtifactPath, source: Readable, condition?: Condition): Promise<Received> {
    try {
      const { stats } = await this.#find(path);
      if (path.length === 0 || stats?.isDirectory()) throw refused('is a folder');
      await this.#hold(condition, path);
      const { path: received, ...result } = await receive(this.#incoming, source);
      try {
        await this.#change(path, condition, () => this.#publish(received, path));
      } catch (error) {
        await rm(received, { force: true });
        throw error;
      }
      return result;
    } catch (error) {
      throw understood(error);
    }
  }

  /** @returns the file, which must be read or closed; undefined where nothing is. @throws AppError INVALID_INPUT for a folder */
  async open(path: ArtifactPath): Promise<OpenArtifact | undefined> {
    const place = await this.#find(path);
    if (!place.stats) return undefined;
    const file = await open(place.path, constants.O_RDONLY | NO_FOLLOW).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw understood(error);
    });
    return file && openArtifact(file, path[path.length - 1]);
  }

  /** @returns one level, in the order of paths; empty where there is no folder */
  async list(path: ArtifactPath): Promise<ArtifactEntry[]> {
    const place = await this.#find(path);
    if (!place.stats?.isDirectory()) return [];
    const names = await readdir(place.path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw understood(error);
    });
    const entries: ArtifactEntry[] = [];
    for (let i = 0; i < names.length; i += LOOK_AT_ONCE) {
      const looked = await Promise.all(names.slice(i, i + LOOK_AT_ONCE).map((name) => entryOf(place.path, name)));
      entries.push(...looked.filter((entry) => entry !== undefined));
    }
    return entries
      .filter((entry) => path.length > 0 || entry.path !== INCOMING)
      .sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  }

  /** Removes a file or a folder with all it holds, and the folders above that are then empty. Nothing there is fine. */
  async remove(path: ArtifactPath, condition?: Condition): Promise<void> {
    if (path.length === 0) throw refused('is the root');
    await this.#change(path, condition, () => this.#remove(path));
  }

  async #remove(path: ArtifactPath): Promise<void> {
    const place = await this.#find(path);
    if (!place.stats) return;
    // Links that somebody put into the folder are removed themselves, not what they lead to.
    await rm(place.path, { recursive: true, force: true, maxRetries: ATTEMPTS }).catch((error: unknown) => {
      throw understood(error);
    });
    await this.#folder.prune(place.path);
  }

  async #clean(): Promise<void> {
    try {
      await removeLeftOvers(this.#incoming);
    } catch (error) {
      this.#log.warn(`could not remove broken uploads, trying again in ten minutes: ${(error as Error).message}`);
    }
  }

  /** Where a condition is made, no other process that is told one changes the path between its check and the change. */
  #change(path: ArtifactPath, condition: Condition | undefined, change: () => Promise<void>): Promise<void> {
    const name = path.join('/');
    const checked = async () => {
      await this.#hold(condition, path);
      await change();
    };
    return this.#turns.take(name, () => (condition ? this.locks.alone(name, checked) : checked()));
  }

  /** Of folders there are no versions, so for a condition nothing is there. */
  async #hold(condition: Condition | undefined, path: ArtifactPath): Promise<void> {
    if (!condition) return;
    const { stats } = await this.#find(path);
    const file = stats?.isFile() ? await this.open(path) : undefined;
    await file?.close();
    condition(file);
  }

  async #publish(received: string, path: ArtifactPath): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const folder = await this.#folder.make(parentOf(path));
        await rename(received, join(folder, path[path.length - 1]));
        await syncFolder(folder);
        return;
      } catch (error) {
        // Somebody removed the last file of the folder, and with it the folder, since we made sure of it.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === ATTEMPTS) throw error;
      }
    }
  }

  async #find(path: ArtifactPath) {
    if (path[0]?.toLowerCase() === INCOMING) throw refused(`begins with ${INCOMING}, which is taken`);
    try {
      return await this.#folder.find(path);
    } catch (error) {
      throw understood(error);
    }
  }
}

/** A link is refused even where it appears after the walk; a pipe must not block. Windows knows neither. */
const NO_FOLLOW = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW | constants.O_NONBLOCK;

async function openArtifact(file: FileHandle, name: string): Promise<OpenArtifact> {
  const stats = await file.stat({ bigint: true });
  if (!stats.isFile()) {
    await file.close();
    throw refused(stats.isDirectory() ? 'is a folder' : 'is no file');
  }
  const size = Number(stats.size);
  return {
    name,
    size,
    etag: `"${stats.ino.toString(36)}-${size.toString(36)}-${stats.mtimeNs.toString(36)}"`,
    modified: stats.mtime,
    read: async (range) => {
      if (size === 0) {
        // A stream of no bytes can not be asked for: the end is included.
        await file.close();
        return Readable.from([]);
      }
      return file.createReadStream({ ...(range ?? { start: 0, end: size - 1 }), highWaterMark: CHUNK });
    },
    close: () => file.close(),
  };
}

async function entryOf(folder: string, name: string): Promise<ArtifactEntry | undefined> {
  // It may be gone by now.
  const stats = await lstat(join(folder, name)).catch(() => undefined);
  if (stats?.isDirectory()) return { path: name, isDirectory: true, size: 0 };
  return stats?.isFile() ? { path: name, isDirectory: false, size: stats.size } : undefined;
}

/** What the system refuses, in words of the client's. */
function understood(error: unknown): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new AppError('UNAVAILABLE', 'There is no room left for artifacts.', { cause: error });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new AppError(
        'UNAVAILABLE',
        'The server may not read or write its files. Its operator sees the folder in the log.',
        {
          cause: error,
        },
      );
    case 'ENOTDIR':
    case 'EISDIR':
    case 'EEXIST':
    case 'ENOTEMPTY':
      return refused('is a folder, or has a file for a folder');
    case 'ELOOP':
      return refused('leads over a link');
    case 'ENAMETOOLONG':
    case 'EINVAL':
      return refused('holds a name that the disk does not take');
    case 'ECONNRESET':
    case 'ERR_STREAM_PREMATURE_CLOSE':
      return new AppError('REQUEST_REFUSED', 'The upload broke off.', { cause: error });
    default:
      return error;
  }
}
