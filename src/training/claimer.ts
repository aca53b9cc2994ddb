import { setTimeout as sleep } from 'node:timers/promises';

/** While short tasks keep coming, claims are made so far apart, each for all that came since. */
const SPACING_MS = 20;

/** What a claim asked for, and what came. */
interface Round {
  limit: number;
  claimed: number;
}

/**
 * Decides when a worker claims. Slots that run dry together share one claim; and as a claim takes the database almost as long
 * for one task as for many, one that brought more than a task for each slot is followed by the next a moment later only.
 */
export class Claimer {
  #round?: Promise<void>;
  #notBefore = 0;
  #stopped = false;

  /** @param claim claims what the worker can take */
  constructor(
    private readonly claim: () => Promise<Round>,
    private readonly slots: number,
  ) {}

  /** Resolves when the claim that is being made or due has been made. */
  claimMore(): Promise<void> {
    this.#round ??= this.#inTime().finally(() => {
      this.#round = undefined;
    });
    return this.#round;
  }

  /** Claims no more. Resolves when nothing is being claimed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#round?.catch(() => undefined);
  }

  async #inTime(): Promise<void> {
    const early = this.#notBefore - performance.now();
    if (early > 0) await sleep(early);
    if (this.#stopped) return;
    const { limit, claimed } = await this.claim();
    // Where it brought all that was asked for, more wait already.
    if (claimed > this.slots && claimed < limit) this.#notBefore = performance.now() + SPACING_MS;
  }
}
