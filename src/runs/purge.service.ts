import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common';
import { CONFIG, type Config } from '../config.js';
import { AppError } from '../errors.js';
import { ExperimentService } from '../experiments/experiment.service.js';
import { KeptExperiments } from '../experiments/kept-experiments.js';
import { PurgeRepository } from './purge.repository.js';
import { PurgeHooks } from './purge-hooks.js';
import { RunRepository } from './run.repository.js';
import { unknownRun } from './run-refusals.js';

const INTERVAL_MS = 60 * 60 * 1000;
/** Runs that are freed in one transaction. */
const BATCH = 500;

/** The experiment of clients that name none, and of probes of the queue. */
const DEFAULT_EXPERIMENT = 0;

/** Frees deleted records for good: when somebody asks, and those that have waited in the bin as long as the settings say. */
@Injectable()
export class PurgeService implements BeforeApplicationShutdown {
  readonly #log = new Logger('purge');
  #timer?: NodeJS.Timeout;
  #pass: Promise<void> = Promise.resolve();
  #isEnding = false;

  constructor(
    private readonly purges: PurgeRepository,
    private readonly runs: RunRepository,
    private readonly experiments: ExperimentService,
    private readonly hooks: PurgeHooks,
    private readonly kept: KeptExperiments,
    @Inject(CONFIG) private readonly config: Pick<Config, 'purgeAfterDays'>,
  ) {}

  /** Every hour, if the settings say so. For processes that have the files: a worker may be on another machine. */
  begin(): void {
    const days = this.config.purgeAfterDays;
    if (days === undefined) return;
    const tick = () => {
      this.#pass = this.#pass.then(() => this.#purgeExpired(days));
    };
    tick();
    this.#timer = setInterval(tick, INTERVAL_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#isEnding = true;
    clearInterval(this.#timer);
    await this.#pass;
  }

  /** Deletes runs and frees them at once. @returns how many existed */
  async purgeRuns(ids: string[]): Promise<number> {
    let count = 0;
    for (let start = 0; start < ids.length; start += BATCH) {
      const batch = ids.slice(start, start + BATCH);
      // In a transaction of its own, so that whoever still writes to them is refused before they are freed.
      await this.runs.setLifecycle(batch, 'deleted');
      await this.purges.untilWritten();
      count += await this.#purge(batch);
    }
    return count;
  }

  /** @throws AppError NOT_FOUND; CONFLICT where it is restored meanwhile */
  async purgeRun(id: string): Promise<void> {
    if ((await this.purgeRuns([id])) > 0) return;
    throw (await this.runs.lifecycles([id])).has(id) ? restored('run') : unknownRun(id);
  }

  /**
   * Deletes an experiment and frees it with all its runs.
   * @throws AppError NOT_FOUND; CONFLICT for one that must stay, or is restored meanwhile
   */
  async purgeExperiment(id: number): Promise<void> {
    if (this.#isKept(id)) {
      throw new AppError('CONFLICT', 'This experiment stays: runs are added to it without anybody naming it.', {
        details: [
          {
            field: 'id',
            reason: 'is the default experiment, or one of the catalogue',
            allowed: 'another experiment; the runs of this one can be purged',
          },
        ],
      });
    }
    const { lifecycle } = await this.experiments.get(id);
    if (lifecycle === 'active') await this.experiments.setLifecycle(id, 'deleted');
    for (let ids = await this.purges.runsOf(id, BATCH); ids.length > 0; ids = await this.purges.runsOf(id, BATCH)) {
      if ((await this.experiments.get(id)).lifecycle === 'active') throw restored('experiment');
      await this.purgeRuns(ids);
    }
    if (!(await this.#purgeExperiment(id))) throw restored('experiment');
  }

  #purgeExperiment(id: number): Promise<boolean> {
    return this.purges.purgeExperiment(id, () => this.hooks.call('experiment', id));
  }

  #isKept(id: number): boolean {
    return id === DEFAULT_EXPERIMENT || this.kept.has(id);
  }

  #purge(ids: string[]): Promise<number> {
    return this.purges.purge(ids, (runs) => this.hooks.call('runs', runs));
  }

  async #purgeExpired(days: number): Promise<void> {
    try {
      await this.purges.alone(async () => {
        let count = 0;
        for (let freed = 1; freed > 0 && !this.#isEnding; count += freed) {
          freed = await this.#purge(await this.purges.expired(days, BATCH));
        }
        for (const id of await this.purges.expiredExperiments(days)) {
          if (!this.#isKept(id) && !this.#isEnding) await this.#purgeExperiment(id);
        }
        if (!this.#isEnding) await this.hooks.call('expired', days);
        if (count > 0) this.#log.log(`freed ${count} runs that were deleted more than ${days} days ago`);
      });
    } catch (error) {
      this.#log.warn(`could not free what was deleted long ago, trying again in an hour: ${(error as Error).message}`);
    }
  }
}

function restored(what: string): AppError {
  return new AppError('CONFLICT', `The ${what} was restored, or freed by somebody else, meanwhile.`, {
    details: [{ field: 'id', reason: 'changed during the purge', allowed: 'the same request again' }],
  });
}
