import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CONFIG, type Config } from '../config.js';
import { EndedTasks } from '../tasks/ended-tasks.js';
import { type Claim, ExecutionRepository, type Outcome } from '../tasks/execution.repository.js';
import { TaskQueue } from '../tasks/queue/task-queue.js';
import { Bell } from './bell.js';
import { ClaimBuffer, HOLD_MS } from './claim-buffer.js';
import { Claimer, type Round } from './claimer.js';
import { failureOf, outcomeOf, probeOutcome } from './execution-outcome.js';
import { HeldClaims } from './held-claims.js';
import { LeaseKeeper } from './lease-keeper.js';
import { OutcomeWriter } from './outcome-writer.js';
import { TrainingNotBegun, TrainingProcess, TrainingProcessLost } from './training-process.js';

/** Finds what a lost message announced, or one that a dead worker has in its hands. */
const POLL_MS = 5_000;
const BUFFER_CHECK_MS = 250;

/** How long a task may still run once the process was told to end, and how long what was cut short may take to go back. */
const DRAIN_MS = 25_000;
const GIVE_BACK_MS = 2_000;

/** How long an outcome waits for those of tasks that are claimed already; once nothing more is at hand it does not wait. */
const GATHER_OUTCOMES_MS = 20;

/** Before a task whose process died is begun again. */
const LOST_PROCESS_DELAY_SECONDS = 1;

/** Executes tasks: decides when they are claimed and which training process they go to. */
@Injectable()
export class TrainingWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly id = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  readonly slots: number;
  /** A slot has found nothing more to do. */
  readonly rest = new Bell();
  readonly #log = new Logger('worker');
  readonly #idle: TrainingProcess[];
  readonly #processes: TrainingProcess[];
  readonly #buffer: ClaimBuffer;
  readonly #held = new HeldClaims();
  readonly #claimer: Claimer;
  readonly #leases: LeaseKeeper;
  readonly #outcomes: OutcomeWriter;
  readonly #timers: NodeJS.Timeout[] = [];
  #active = 0;
  /** Counts wake-ups, and says how many there were when the last claim began: it can not find what later ones announced. */
  #wakeUps = 0;
  #heard = 0;
  #stopping = false;
  /** No slot has anything to train. */
  readonly #allRest = new Bell();
  /** No slot is at work, or every outcome is stored. */
  readonly #calm = new Bell();

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly executions: ExecutionRepository,
    private readonly queue: TaskQueue,
    private readonly ended: EndedTasks,
  ) {
    this.slots = config.workerSlots;
    this.#processes = Array.from({ length: this.slots }, () => new TrainingProcess());
    this.#idle = [...this.#processes];
    this.#buffer = new ClaimBuffer(this.slots);
    this.#claimer = new Claimer(() => this.#claim(), this.slots);
    this.#leases = new LeaseKeeper(this, executions, this.#held);
    this.#outcomes = new OutcomeWriter(executions, ended, this.#held, () => this.#gatherOutcomes());
  }

  async onApplicationBootstrap(): Promise<void> {
    for (const process of this.#processes) process.warmUp();
    await this.#leases.begin();
    this.#timers.push(setInterval(() => this.wakeAll(), POLL_MS));
    this.#timers.push(setInterval(() => void this.#returnOverdue(), BUFFER_CHECK_MS));
  }

  /**
   * One slot works until nothing is due. Resolves then, or when every slot is at work already, once one of them rests: each
   * looks for more before it does. So whoever waits for this hears of no more than there are slots for.
   */
  async wake(): Promise<void> {
    this.#wakeUps++;
    if (this.#stopping) return;
    const process = this.#idle.pop();
    if (!process) return this.rest.heard();
    this.#active++;
    try {
      for (let claims = await this.#next(); claims.length > 0; claims = await this.#next()) {
        await this.#executeTogether(claims, process);
      }
    } catch (error) {
      this.#log.warn(`could not look for work, the next wake-up tries again: ${(error as Error).message}`);
    } finally {
      this.#idle.push(process);
      this.#active--;
      this.rest.ring();
      if (this.#active === 0) this.#calm.ring();
    }
  }

  /** True while every slot is at work. */
  get busy(): boolean {
    return this.#idle.length === 0;
  }

  /** True once it was told to end: it looks for no more work. */
  get ending(): boolean {
    return this.#stopping;
  }

  /** True for a task that is in this worker's hands or ended there a moment ago: a message about it is a duplicate. */
  has(taskId: string): boolean {
    return this.#held.has(taskId) || this.ended.get(taskId) !== undefined;
  }

  /** Every slot looks for work. */
  wakeAll(): void {
    for (let i = this.#idle.length; i > 0; i--) void this.wake();
    this.#wakeUps++;
  }

  /** Stops claiming, gives back what is not begun, lets running tasks end for 25 s, then cuts them short. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping = true;
    await this.#claimer.stop();
    for (const process of this.#processes) process.withdrawWaiting();
    await this.#giveBack(this.#buffer.drain());
    await this.#drained(DRAIN_MS);
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all(this.#processes.map((process) => process.close()));
    await this.#giveBack(this.#held.all().map(({ claim }) => claim));
    // Slots whose process was closed may have been first, and give back by themselves.
    await this.#drained(GIVE_BACK_MS);
    await this.#leases.end();
  }

  async #next(): Promise<Claim[]> {
    while (!this.#stopping) {
      const claims = this.#buffer.take();
      if (claims.length > 0) {
        if (this.#buffer.low) this.#claimer.claimAhead();
        return claims;
      }
      const claimed = this.#claimer.claimMore();
      if (this.#idle.length + this.#claimer.waiting === this.slots) this.#allRest.ring();
      await claimed;
      if (this.#buffer.size === 0 && this.#heard === this.#wakeUps) break;
    }
    return [];
  }

  async #claim(): Promise<Round> {
    const limit = this.#idle.length + 1 + this.#buffer.ahead;
    this.#heard = this.#wakeUps;
    const claims = await this.executions.claim(this.id, limit);
    this.#buffer.add(claims);
    this.#held.add(claims, performance.now());
    // One message may stand for many tasks: let resting slots share what those that wait for it leave.
    for (let i = Math.min(this.#idle.length, claims.length - this.#claimer.waiting); i > 0; i--) void this.wake();
    return { limit, claimed: claims.length };
  }

  async #executeTogether(claims: Claim[], process: TrainingProcess): Promise<void> {
    const start = performance.now();
    const fates = await Promise.all(claims.map((claim) => this.#execute(claim, process)));
    const trained = fates.filter(Boolean).length;
    if (trained > 0) this.#buffer.observe((performance.now() - start) / trained);
  }

  /** @returns whether it was trained */
  async #execute(claim: Claim, process: TrainingProcess): Promise<boolean> {
    if (claim.catalogue === null) {
      void this.#finish(probeOutcome(claim));
      return false;
    }
    const held = this.#held.get(claim);
    if (!held) return false; // the lease was lost while it waited
    held.process = process;
    try {
      const answer = await process.run({ id: claim.id, catalogue: claim.catalogue, input: claim.input });
      held.process = undefined;
      void this.#finish(
        'outcome' in answer ? outcomeOf(claim, answer.outcome, answer.runMs) : failureOf(claim, answer),
      );
      return true;
    } catch (error) {
      if (error instanceof TrainingNotBegun) await this.#giveBack([claim]);
      else if (error instanceof TrainingProcessLost) await this.#retryLost(claim, error);
      else throw error;
      return false;
    }
  }

  /** Not awaited by the slot, which trains the next task meanwhile. */
  async #finish(outcome: Outcome): Promise<void> {
    await this.#outcomes.write(outcome);
    if (this.#held.size === 0) this.#calm.ring();
  }

  /** Short tasks that end one after the other share a commit, and the database has time for those who ask. */
  #gatherOutcomes(): Promise<unknown> {
    return this.#buffer.size === 0 ? turnOfTheLoop() : this.#allRest.heard(GATHER_OUTCOMES_MS);
  }

  async #retryLost(claim: Claim, reason: TrainingProcessLost): Promise<void> {
    if (this.#stopping) return this.#giveBack([claim]);
    // Cut short because the lease was lost: the task is another's, or a later attempt of our own.
    if (!this.#held.release(claim)) return;
    this.#log.warn(`task ${claim.id}, attempt ${claim.attempt}: ${reason.message}; it is tried again`);
    await this.executions.giveBack([claim], 'RETRY', LOST_PROCESS_DELAY_SECONDS).catch((error: Error) => {
      this.#log.warn(`task ${claim.id} is tried again when its lease ends: ${error.message}`);
    });
    setTimeout(() => this.wakeAll(), LOST_PROCESS_DELAY_SECONDS * 1_000 + 10).unref();
  }

  /** Returns untouched claims to the queue, unless they are another's by now. */
  async #giveBack(untouched: Claim[]): Promise<void> {
    const claims = untouched.filter((claim) => this.#held.release(claim));
    if (claims.length === 0) return;
    try {
      await this.executions.giveBack(claims, 'PENDING', 0);
      await this.queue.send(claims.map(({ id }) => id));
    } catch (error) {
      this.#log.warn(`${claims.length} claimed tasks go back when their leases end: ${(error as Error).message}`);
    }
  }

  async #returnOverdue(): Promise<void> {
    for (const process of this.#processes) process.withdrawOverdue(HOLD_MS);
    if (this.#idle.length === 0) await this.#giveBack(this.#buffer.overdue());
  }

  async #drained(limitMs: number): Promise<void> {
    const deadline = performance.now() + limitMs;
    while ((this.#active > 0 || this.#held.size > 0) && performance.now() < deadline) {
      await this.#calm.heard(100);
    }
  }
}
