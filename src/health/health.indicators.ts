import { statfs } from 'node:fs/promises';
import { MikroORM } from '@mikro-orm/postgresql';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { type HealthIndicatorFunction, type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { CONFIG, type Config } from '../config.js';
import { assertWritable } from '../database/data-folder.js';
import { Database } from '../database/database.js';
import { isMigrated } from '../database/migrate.js';
import { ExecutionRepository } from '../tasks/execution.repository.js';
import { TaskQueue } from '../tasks/queue/task-queue.js';

const LIMIT_MS = 1_000;
/** Queue commands have a deadline of their own, 2 s. */
const QUEUE_LIMIT_MS = 2_500;
const MIN_FREE_SHARE = 0.05;
/** A large disk may be nearly full and still have room for years. */
const ENOUGH_FREE_BYTES = 2 * 1024 ** 3;

/** Whether this process executes tasks itself. */
export const RUNS_WORKER = Symbol('runs-worker');

/** What each part says of itself. */
@Injectable()
export class HealthIndicators implements OnModuleDestroy {
  readonly #database: Database;
  #migrated = false;
  #ending = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(RUNS_WORKER) private readonly runsWorker: boolean,
    private readonly indicator: HealthIndicatorService,
    private readonly orm: MikroORM,
    private readonly queue: TaskQueue,
    private readonly executions: ExecutionRepository,
  ) {
    this.#database = new Database(orm.em);
  }

  /** The first that is called when the process is told to end: a worker may drain for long after it. */
  onModuleDestroy(): void {
    this.#ending = true;
  }

  all(): HealthIndicatorFunction[] {
    return [() => this.#process(), ...this.#own(), () => this.#workers()];
  }

  ready(): HealthIndicatorFunction[] {
    return [() => this.#process(), ...this.#own(), ...(this.runsWorker ? [() => this.#workers()] : [])];
  }

  #own(): HealthIndicatorFunction[] {
    return [
      () => this.#check('database', LIMIT_MS, () => this.#checkDatabase()),
      () => this.#check('migrations', LIMIT_MS, () => this.#checkMigrations()),
      () => this.#check('queue', QUEUE_LIMIT_MS, () => this.#checkQueue(), { driver: this.queue.driver }),
      () => this.#check('disk', LIMIT_MS, () => this.#checkDisk()),
    ];
  }

  #process(): HealthIndicatorResult {
    const check = this.indicator.check('process');
    return this.#ending ? check.down({ message: 'is ending' }) : check.up();
  }

  async #workers(): Promise<HealthIndicatorResult> {
    return this.#check('workers', LIMIT_MS, async () => {
      const alive = await this.executions.liveWorkers();
      if (alive.length === 0)
        throw new Error('no worker gave a sign of life within 30 s: start one with npm run start:worker');
      return { alive: alive.length, slots: alive.reduce((sum, { slots }) => sum + slots, 0) };
    });
  }

  async #checkDatabase(): Promise<undefined> {
    await this.#database.query('SELECT 1');
  }

  async #checkQueue(): Promise<undefined> {
    await this.queue.check();
  }

  /** Once current, the schema stays so until the process is replaced. */
  async #checkMigrations(): Promise<undefined> {
    this.#migrated ||= await isMigrated(this.orm);
    if (!this.#migrated) throw new Error('the schema is older than this version: run npm run migrate');
  }

  async #checkDisk() {
    assertWritable(this.config.dataDir);
    const { bavail, blocks, bsize } = await statfs(this.config.dataDir);
    const free = bavail * bsize;
    const share = bavail / blocks;
    if (share < MIN_FREE_SHARE && free < ENOUGH_FREE_BYTES) {
      throw new Error(`only ${(free / 1024 ** 2).toFixed(0)} MiB are free under DATA_DIR: make room`);
    }
    return { freeBytes: free };
  }

  async #check(
    name: string,
    limitMs: number,
    work: () => Promise<Record<string, unknown> | undefined>,
    facts: Record<string, unknown> = {},
  ): Promise<HealthIndicatorResult> {
    const check = this.indicator.check(name);
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`did not answer within ${limitMs / 1000} s`)), limitMs);
    });
    try {
      return check.up({ ...facts, ...(await Promise.race([work(), limit])) });
    } catch (error) {
      return check.down({ ...facts, message: (error as Error).message });
    } finally {
      clearTimeout(timer);
    }
  }
}
