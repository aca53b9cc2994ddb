import { setTimeout as sleep } from 'node:timers/promises';

/** While short tasks keep coming, claims are made so far apart, each for all that came since. */
const SPACING_MS = 20;

/** How many tasks a claim asked for, and how many came. */
export interface Round {
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
  #waiting = 0;

  /** @param claim claims what the worker can take */
  constructor(
    private readonly claim: () => Promise<Round>,
    private readonly slots: number,
  ) {}

  /** How many slots have nothing to do until the claim has been made. */
  get waiting(): number {
    return this.#waiting;
  }

  /** For a slot that has nothing to do. Resolves when the claim that is being made or due has been made. */
  async claimMore(): Promise<void> {
    this.#waiting++;
    try {
      await this.#share();
    } finally {
      this.#waiting--;
    }
  }

  /** Before slots have nothing to do. Should it fail, whoever runs dry claims anew and reports it. */
  claimAhead(): void {
    this.#share().catch(() => undefined);
  }

  /** Claims no more. Resolves when nothing is being claimed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#round?.catch(() => undefined);
  }

  #share(): Promise<void> {
    this.#round ??= this.#inTime().finally(() => {
      this.#round = undefined;
    });
    return this.#round;
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
