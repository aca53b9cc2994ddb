import { setImmediate as turnOfTheLoop } from 'node:timers/promises';

/** How long after an answer its receiver is expected to ask again: as long as the answer itself took, within these. */
const LEAST_RETURN_MS = 2;
const MOST_RETURN_MS = 10;
/** The most batches that go without waiting after waits that were in vain. */
const MAX_PASSED = 64;

/**
 * Keeps clients together that wait for an answer before they ask again. Left alone they fall apart into groups that take
 * turns, and the store writes twice as many batches for the same items. So a batch waits for those who were answered a
 * moment ago; where they did not come back the last times, most batches go without them. Clients that go from one kind of
 * request to another, as from creating a run to logging, are one cohort: then it does not matter where they come back.
 *
 * A client that comes alone, or after a rest, never waits.
 */
export class Cohort {
  /** How many were answered a moment ago and have not come back yet. */
  #due = 0;
  #returnMs = LEAST_RETURN_MS;
  #until = 0;
  /** Batches still to go without waiting, and how many they were after the last wait in vain. */
  #passing = 0;
  #passed = 0;
  readonly #waiting = new Set<(isComplete: boolean) => void>();

  /**
   * Called when a batch is written.
   * @param count how many are answered now
   * @param writeMs how long it took to write: what a second batch would cost, and how slow everything is at the moment
   */
  answers(count: number, writeMs: number): void {
    const now = performance.now();
    if (now >= this.#until) this.#due = 0;
    this.#due += count;
    this.#returnMs = Math.min(Math.max(writeMs, LEAST_RETURN_MS), MOST_RETURN_MS);
    this.#until = now + this.#returnMs;
  }

  /** Called when an item has come. */
  arrived(): void {
    if (this.#due > 0) this.#due--;
    if (this.#due === 0) for (const go of this.#waiting) go(true);
  }

  /** True where the next batch would wait for somebody, who has to be answered first. */
  get waits(): boolean {
    return this.#due > 0 && this.#passing === 0 && performance.now() < this.#until;
  }

  /**
   * Resolves when the next batch may go: in the next turn of the event loop, as what is being read from other connections
   * in this one belongs to it, or once everybody is back, but after the time that a return may take at the latest.
   */
  async gather(): Promise<void> {
    const { waits } = this;
    if (this.#passing > 0) this.#passing--;
    await turnOfTheLoop();
    if (!waits || this.#due === 0) return;
    const missing = this.#due;
    const isComplete = await this.#everybodyOrTime();
    if (isComplete) this.#passed = Math.floor(this.#passed / 2);
    // Where another batch, which waited beside this one, has given up already, that counts once.
    else if (this.#due > 0) this.#giveUp(missing);
  }

  /** @returns whether everybody came */
  #everybodyOrTime(): Promise<boolean> {
    return new Promise((resolve) => {
      const go = (isComplete: boolean) => {
        clearTimeout(timer);
        this.#waiting.delete(go);
        resolve(isComplete);
      };
      const timer = setTimeout(go, this.#returnMs, false);
      this.#waiting.add(go);
    });
  }

  /** Expects nobody any more. @param missing how many there were when the wait began */
  #giveUp(missing: number): void {
    const inVain = this.#due > missing / 2;
    this.#passed = inVain ? Math.min(2 * this.#passed + 1, MAX_PASSED) : Math.floor(this.#passed / 2);
    this.#passing = inVain ? this.#passed : 0;
    this.#due = 0;
    for (const go of this.#waiting) go(false);
  }
}
