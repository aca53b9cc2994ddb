import type { Claim } from '../tasks/execution.repository.js';

/** How much work may be claimed ahead, so that short tasks do not wait for a commit each. */
const AHEAD_MS = 50;
const MAX_AHEAD_PER_SLOT = 32;

/** How much work goes to a training process together: the way there and back takes longer than a short task itself. */
const TOGETHER_MS = 10;
const MOST_TOGETHER = 4;

/** Weight of the newest duration in the running mean. */
const SMOOTHING = 0.2;

/** Claims that wait in a worker longer than this go back: another one may be free. */
export const HOLD_MS = 1_000;

/**
 * Tasks that this worker has claimed and not begun. While tasks take milliseconds it holds up to 50 ms of them for each
 * slot; while they take longer than that, none.
 */
export class ClaimBuffer {
  readonly #claims: Claim[] = [];
  #heldSince = 0;
  #meanMs = Number.POSITIVE_INFINITY;

  constructor(private readonly slots: number) {}

  get size(): number {
    return this.#claims.length;
  }

  get ids(): string[] {
    return this.#claims.map(({ id }) => id);
  }

  add(claims: Claim[]): void {
    if (this.#claims.length === 0) this.#heldSince = performance.now();
    this.#claims.push(...claims);
  }

  /** What a slot does next: several of short tasks, but no more than its share; nothing where none is claimed. */
  take(): Claim[] {
    this.#heldSince = performance.now();
    const together = Math.min(Math.floor(TOGETHER_MS / this.#meanMs), MOST_TOGETHER);
    const share = Math.ceil(this.#claims.length / this.slots);
    return this.#claims.splice(0, Math.max(1, Math.min(together, share)));
  }

  /** Learns how long tasks take. */
  observe(milliseconds: number): void {
    this.#meanMs = Number.isFinite(this.#meanMs)
      ? this.#meanMs + SMOOTHING * (milliseconds - this.#meanMs)
      : milliseconds;
  }

  /** How many claims to ask for beyond the slots that are idle now. */
  get ahead(): number {
    return this.slots * Math.min(Math.floor(AHEAD_MS / this.#meanMs), MAX_AHEAD_PER_SLOT);
  }

  /** True when it is time to claim again. Late, so that a claim brings many; early enough that no slot runs dry for long. */
  get low(): boolean {
    return this.ahead > 0 && this.#claims.length < this.slots;
  }

  /** Takes out what has been held too long while every slot is busy. */
  overdue(): Claim[] {
    return this.#claims.length > 0 && performance.now() - this.#heldSince > HOLD_MS ? this.drain() : [];
  }

  drain(): Claim[] {
    return this.#claims.splice(0);
  }
}
