import { Injectable } from '@nestjs/common';
import type { Query } from '../database/database.js';

/** A run that is about to be freed. */
export interface PurgedRun {
  /** With hyphens. */
  id: string;
  experimentId: number;
  /** Of its experiment; null = this server. */
  artifactLocation: string | null;
  lifecycle: 'deleted';
}

/**
 * What other modules keep of records. Called again for the same ones where a purge was interrupted. Rows are freed by `query`,
 * in the transaction of the purge: another connection for each purge would be one too many for all who purge at once.
 */
interface Hooks {
  /** Removes the files of a run, if they are kept here. */
  runFiles: (run: PurgedRun) => Promise<void>;
  /** Frees what is kept of runs beside their files. */
  runs: (runs: readonly PurgedRun[], query: Query) => Promise<void>;
  /** Frees what is kept of an experiment that has no runs any more. */
  experiment: (id: number, query: Query) => Promise<void>;
  /** Frees what was deleted so many days ago. */
  expired: (days: number) => Promise<void>;
  /** Removes the files at an address, if they are kept here. */
  files: (uri: string) => Promise<void>;
}

/** Where modules above say what goes with a record. */
@Injectable()
export class PurgeHooks {
  readonly #hooks: { [Event in keyof Hooks]: Hooks[Event][] } = {
    runFiles: [],
    runs: [],
    experiment: [],
    expired: [],
    files: [],
  };

  /** Call it before the application has started. */
  add<Event extends keyof Hooks>(event: Event, hook: Hooks[Event]): void {
    (this.#hooks[event] as Hooks[Event][]).push(hook);
  }

  async call<Event extends keyof Hooks>(event: Event, ...given: Parameters<Hooks[Event]>): Promise<void> {
    for (const hook of this.#hooks[event] as ((...given: Parameters<Hooks[Event]>) => Promise<void>)[])
      await hook(...given);
  }
}
