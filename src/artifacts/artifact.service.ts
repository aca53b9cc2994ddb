import type { Readable } from 'node:stream';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AppError } from '../errors.js';
import type { Condition } from '../http/preconditions.js';
import { PurgeHooks } from '../runs/purge-hooks.js';
import { notActive, unknownRun } from '../runs/run-refusals.js';
import { ArtifactRepository, type RunPlace } from './artifact.repository.js';
import {
  type ArtifactPath,
  checkedFileLookup,
  checkedFilePath,
  checkedLookup,
  checkedNewPath,
  joined,
} from './artifact-path.js';
import { ArtifactSources } from './artifact-sources.js';
import { type ArtifactEntry, ArtifactStore, type OpenArtifact } from './artifact-store.js';
import type { Received } from './artifact-upload.js';
import { type FilesLocation, locationAt, locationOf } from './run-location.js';

/** The files of runs. Paths begin at the run; runs are named by their ids with hyphens. */
@Injectable()
export class ArtifactService implements OnModuleInit {
  constructor(
    private readonly store: ArtifactStore,
    private readonly runs: ArtifactRepository,
    private readonly sources: ArtifactSources,
    private readonly purges: PurgeHooks,
  ) {}

  /** Files that are kept elsewhere are their clients' own. */
  onModuleInit(): void {
    this.purges.add('files', (uri) => this.#free(locationAt(uri)));
    this.purges.add('runFiles', (run) => this.#free(locationOf(run.id, run)));
  }

  /** @returns one level; the paths of its entries begin at the run too. Empty where the files are kept elsewhere */
  async list(runId: string, path: string): Promise<{ rootUri: string; entries: ArtifactEntry[] }> {
    const below = checkedLookup(path);
    const { uri, root } = locationOf(runId, await this.#run(runId));
    await this.sources.prepare(runId);
    const entries = root ? await this.store.list(joined(root, below)) : [];
    return { rootUri: uri, entries: entries.map((entry) => ({ ...entry, path: [...below, entry.path].join('/') })) };
  }

  /** @returns the file, which must be read or closed. @throws AppError NOT_FOUND; CONFLICT where it is kept elsewhere */
  async open(runId: string, path: string): Promise<OpenArtifact> {
    const below = checkedFileLookup(path);
    const root = rootOf(runId, await this.#run(runId));
    await this.sources.prepare(runId);
    const file = await this.store.open(joined(root, below));
    if (file) return file;
    throw new AppError('NOT_FOUND', 'The run has no such file.', {
      details: [{ field: 'path', reason: `nothing is at ${below.join('/')}` }],
    });
  }

  /** @throws AppError NOT_FOUND; NOT_ACTIVE where the run is deleted; CONFLICT where its files are kept elsewhere */
  async put(runId: string, path: string, source: Readable, condition?: Condition): Promise<Received> {
    const below = checkedNewPath(path);
    const target = joined(await this.#writableRoot(runId), below);
    // Whoever reads would find what is written when somebody first looks.
    if (condition) await this.sources.prepare(runId);
    const received = await this.store.put(target, source, condition);
    await this.#assertKept(runId, target);
    return received;
  }

  /** Writes a file unless it is there, also to a deleted run; nothing where the files are kept elsewhere. */
  async putOnce(runId: string, path: string, source: () => Readable): Promise<void> {
    const { root } = locationOf(runId, await this.#run(runId));
    if (!root) return;
    const target = joined(root, checkedFilePath(path));
    const known = await this.store.open(target);
    if (known) return known.close();
    await this.store.put(target, source());
    await this.#assertKept(runId, target);
  }

  /** Removes a file or a folder; nothing there is fine. @throws AppError as {@link put} */
  async remove(runId: string, path: string, condition?: Condition): Promise<void> {
    const below = checkedFilePath(path);
    const root = await this.#writableRoot(runId);
    // What is written when somebody first looks would come back.
    await this.sources.prepare(runId);
    await this.store.remove(joined(root, below), condition);
  }

  /** The folder above `artifacts` is the record's own, and goes with its last file. */
  async #free({ root }: FilesLocation): Promise<void> {
    if (root) await this.store.remove(root);
  }

  /** A run that was freed while a file arrived takes it along: its other files are gone already. */
  async #assertKept(runId: string, target: ArtifactPath): Promise<void> {
    // Whoever deletes an active run from now on finds the file.
    if ((await this.runs.findRun(runId))?.lifecycle === 'active') return;
    let isKept = false;
    try {
      isKept = await this.runs.isKept(runId);
    } finally {
      if (!isKept) await this.store.remove(target);
    }
    if (!isKept) throw unknownRun(runId);
  }

  async #writableRoot(runId: string): Promise<ArtifactPath> {
    const run = await this.#run(runId);
    if (run.lifecycle === 'active') return rootOf(runId, run);
    throw notActive(runId);
  }

  async #run(runId: string): Promise<RunPlace> {
    const run = await this.runs.findRun(runId);
    if (run) return run;
    throw unknownRun(runId);
  }
}

function rootOf(runId: string, run: RunPlace): ArtifactPath {
  const { uri, root } = locationOf(runId, run);
  if (root) return root;
  throw new AppError('CONFLICT', `The files of this run are kept at ${uri}, which only its clients reach.`, {
    details: [{ field: 'id', reason: 'is the id of a run whose experiment has an artifact location elsewhere' }],
  });
}
