import { hostname } from 'node:os';
import { Logger } from '@nestjs/common';
import { type ExecutionRepository, LEASE_SECONDS } from '../tasks/execution.repository.js';
import type { Held, HeldClaims } from './held-claims.js';

const BEAT_MS = 5_000;

/** A lease that could not be renewed for this long may be given to another worker soon. */
const LEASE_SAFETY_MS = (LEASE_SECONDS - 5) * 1_000;

/** Keeps the leases of what a worker holds, and tells others that the worker lives. */
export class LeaseKeeper {
  readonly #log = new Logger('worker');
  #timer?: NodeJS.Timeout;

  constructor(
    private readonly worker: { id: string; slots: number },
    private readonly executions: ExecutionRepository,
    private readonly held: HeldClaims,
  ) {}

  /** @throws AppError UNAVAILABLE where the database can not be reached */
  async begin(): Promise<void> {
    await this.#giveSignOfLife();
    this.#timer = setInterval(() => void this.#beat(), BEAT_MS);
  }

  /** Once nothing is held any more. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.executions.sayGoodbye(this.worker.id).catch(() => undefined);
  }

  #giveSignOfLife(): Promise<void> {
    const { id, slots } = this.worker;
    return this.executions.heartbeat({ id, slots, host: hostname(), pid: process.pid });
  }

  /** Renews what is held, and drops what is no longer ours. */
  async #beat(): Promise<void> {
    const now = performance.now();
    const all = this.held.all();
    const ids = all.map(({ claim }) => claim.id);
    try {
      await this.#giveSignOfLife();
      const kept = new Map((await this.executions.renew(this.worker.id, ids)).map(({ id, attempt }) => [id, attempt]));
      for (const held of all) {
        if (!this.held.get(held.claim)) continue;
        if (kept.get(held.claim.id) === held.claim.attempt) held.renewedAt = now;
        else if (!held.finishing) this.#drop(held, 'another worker has it');
      }
    } catch (error) {
      const { message, cause } = error as Error;
      this.#log.warn(
        `could not give a sign of life, nor renew ${ids.length} leases: ${(cause as Error | undefined)?.message ?? message}`,
      );
      for (const held of this.held.all()) {
        const isOver = performance.now() - held.renewedAt > LEASE_SAFETY_MS;
        if (isOver && !held.finishing) this.#drop(held, 'its lease could not be renewed');
      }
    }
  }

  #drop(held: Held, why: string): void {
    this.held.release(held.claim);
    held.process?.cancel(held.claim.id);
    this.#log.warn(`task ${held.claim.id}, attempt ${held.claim.attempt} is dropped: ${why}`);
  }
}
