import { Injectable } from '@nestjs/common';

/** A run that is about to be freed. */
export interface PurgedRun {
  /** With hyphens. */
  id: string;
  experimentId: number;
  /** Of its experiment; null = this server. */
  artifactLocation: string | null;
  lifecycle: 'deleted';
}

/** Frees what another module keeps of runs. Called again for the same runs where a purge was interrupted. */
export type PurgeHook = (runs: readonly PurgedRun[]) => Promise<void>;

/** Where modules above say what goes with a run. */
@Injectable()
export class PurgeHooks {
  readonly #hooks: PurgeHook[] = [];

  /** Call it before the application has started. */
  add(hook: PurgeHook): void {
    this.#hooks.push(hook);
  }

  async run(runs: readonly PurgedRun[]): Promise<void> {
    for (const hook of this.#hooks) await hook(runs);
  }
}
