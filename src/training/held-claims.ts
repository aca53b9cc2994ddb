import type { Claim } from '../tasks/execution.repository.js';
import type { TrainingProcess } from './training-process.js';

/** An execution that is in this worker's hands. */
export interface Held {
  claim: Claim;
  process?: TrainingProcess;
  renewedAt: number;
  /** Its outcome is on its way; from here the fence decides, not the lease. */
  finishing?: boolean;
}

/** The executions of a worker, by task. A later attempt at a task takes the place of an earlier one. */
export class HeldClaims {
  readonly #held = new Map<string, Held>();

  add(claims: Claim[], renewedAt: number): void {
    for (const claim of claims) this.#held.set(claim.id, { claim, renewedAt });
  }

  /** Undefined where the lease of this attempt was lost, also to a later attempt of our own. */
  get({ id, attempt }: Pick<Claim, 'id' | 'attempt'>): Held | undefined {
    const held = this.#held.get(id);
    return held?.claim.attempt === attempt ? held : undefined;
  }

  /** Lets go of an attempt. @returns false where it was lost already */
  release(claim: Pick<Claim, 'id' | 'attempt'>): boolean {
    return this.get(claim) !== undefined && this.#held.delete(claim.id);
  }

  has(taskId: string): boolean {
    return this.#held.has(taskId);
  }

  all(): Held[] {
    return [...this.#held.values()];
  }

  get size(): number {
    return this.#held.size;
  }
}
