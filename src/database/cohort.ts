import { setImmediate as turnOfTheLoop } from 'node:timers/promises';

/** How long after an answer its receiver is expected to ask again: as long as the answer itself took, within these. */
const LEAST_RETURN_MS = 2;
const MOST_RETURN_MS = 10;
/** The most batches that go without waiting after waits that were in vain. */
const MAX_PASSED = 64;

/**
 * Keeps clients together that wait for an answer before they ask again. Left alone they fall apart into groups that take
 * turns, and the store writes twice as many batches for the same items. So a batch waits for those who were answered a
 * moment ago; where they did not come back the last times, most batches go without them.
 *
 * A client that comes alone, or after a rest, never waits.
 */
export class Cohort {
  /** How many items a batch may have where everybody comes back. */
  #expected = 0;
  #returnMs = LEAST_RETURN_MS;
  #until = 0;
  /** Batches still to go without waiting, and how many they were after the last wait in vain. */
  #passing = 0;
  #passed = 0;
  #whenComplete?: () => void;

  /** @param here how many items wait at the moment */
  constructor(private readonly here: () => number) {}

  /**
   * Called when a batch is written.
   * @param size how many are answered now or wait already
   * @param writeMs how long it took to write: what a second batch would cost, and how slow everything is at the moment
   */
  expect(size: number, writeMs: number): void {
    this.#expected = size;
    this.#returnMs = Math.min(Math.max(writeMs, LEAST_RETURN_MS), MOST_RETURN_MS);
    this.#until = performance.now() + this.#returnMs;
  }

  /** Called when an item has come. */
  arrived(): void {
    if (this.#isComplete()) this.#whenComplete?.();
  }

  /** True where the next batch would wait for somebody, who has to be answered first. */
  get waits(): boolean {
    return !this.#isComplete() && this.#passing === 0 && performance.now() < this.#until;
  }

  /**
   * Resolves when the next batch may go: in the next turn of the event loop, as what is being read from other connections
   * in this one belongs to it, or once everybody is here, but after the time that a return may take at the latest.
   */
  async gather(): Promise<void> {
    const { waits } = this;
    if (this.#passing > 0) this.#passing--;
    await turnOfTheLoop();
    if (!waits || this.#isComplete()) return;
    const enough = (this.here() + this.#expected) / 2;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#returnMs);
      this.#whenComplete = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#whenComplete = undefined;
    const inVain = this.here() < enough;
    this.#passed = inVain ? Math.min(2 * this.#passed + 1, MAX_PASSED) : Math.floor(this.#passed / 2);
    this.#passing = inVain ? this.#passed : 0;
  }

  #isComplete(): boolean {
    return this.here() >= this.#expected;
  }
}
