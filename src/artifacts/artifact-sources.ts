import { Injectable } from '@nestjs/common';
import { Id } from '../http/identifiers.js';
import type { ArtifactPath } from './artifact-path.js';

/** Writes the files of a run that its owner keeps elsewhere, unless they are written already. */
export type ArtifactSource = (runId: string) => Promise<void>;

/** Who has files of runs that are only written when somebody asks for them. */
@Injectable()
export class ArtifactSources {
  readonly #sources: ArtifactSource[] = [];

  add(source: ArtifactSource): void {
    this.#sources.push(source);
  }

  /** Before the files of a run are read. @param runId with hyphens */
  async prepare(runId: string): Promise<void> {
    for (const source of this.#sources) await source(runId);
  }

  /** {@link prepare} for a path in the store, where it leads to the files of a run: `<experiment>/<run>/artifacts/…`. */
  async preparePath([, run, folder]: ArtifactPath): Promise<void> {
    const id = folder === 'artifacts' ? Id.safeParse(run).data : undefined;
    if (id) await this.prepare(id);
  }
}
