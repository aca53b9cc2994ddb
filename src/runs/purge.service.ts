import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common';
import pLimit from 'p-limit';
import { CONFIG, type Config } from '../config.js';
import { AppError } from '../errors.js';
import { ExperimentService } from '../experiments/experiment.service.js';
import { KeptExperiments } from '../experiments/kept-experiments.js';
import { runIdOf } from '../http/identifiers.js';
import { PurgeRepository } from './purge.repository.js';
import { type PurgedRun, PurgeHooks } from './purge-hooks.js';
import { RunRepository } from './run.repository.js';
import { unknownRun } from './run-refusals.js';

const INTERVAL_MS = 60 * 60 * 1000;
/** Runs that are freed in one transaction. */
const BATCH = 500;
/** Each holds a connection for as long as removing the files takes. */
const AT_ONCE = 2;

/** The experiment of clients that name none, and of probes of the queue. */
const DEFAULT_EXPERIMENT = 0;

/** Frees deleted records for good: when somebody asks, and those that have waited in the bin as long as the settings say. */
@Injectable()
export class PurgeService implements BeforeApplicationShutdown {
  readonly #log = new Logger('purge');
  readonly #limit = pLimit(AT_ONCE);
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

  /**
   * Deletes runs and frees them at once.
   * @returns how many existed
   * @throws AppError UNAVAILABLE where files can not be removed; their runs stay in the bin, the others are freed
   */
  async purgeRuns(ids: string[]): Promise<number> {
    let count = 0;
    const stuck: string[] = [];
    for (let start = 0; start < ids.length; start += BATCH) {
      const batch = ids.slice(start, start + BATCH);
      // In a transaction of its own, so that whoever still writes to them is refused before they are freed.
      await this.runs.setLifecycle(batch, 'deleted');
      await this.purges.untilWritten();
      const { freed, stuck: ofBatch } = await this.#purge(batch);
      count += freed;
      stuck.push(...ofBatch);
    }
    if (stuck.length > 0) throw filesStay(stuck);
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
    return this.#limit(() => this.purges.purgeExperiment(id, (query) => this.hooks.call('experiment', id, query)));
  }

  #isKept(id: number): boolean {
    return id === DEFAULT_EXPERIMENT || this.kept.has(id);
  }

  /** @returns how many were freed, and the ids of those whose files can not be removed */
  async #purge(ids: string[]): Promise<{ freed: number; stuck: string[] }> {
    const stuck: string[] = [];
    const removeFiles = async (run: PurgedRun) => {
      try {
        await this.hooks.call('runFiles', run);
        return true;
      } catch (error) {
        this.#log.error({ err: error, runId: run.id }, 'the files of a run can not be removed, so it stays in the bin');
        stuck.push(run.id);
        return false;
      }
    };
    const freed = await this.#limit(() =>
      this.purges.purge(ids, async (runs, query) => {
        const bare: PurgedRun[] = [];
        for (const run of runs) if (await removeFiles(run)) bare.push(run);
        await this.hooks.call('runs', bare, query);
        return bare;
      }),
    );
    return { freed, stuck };
  }

  async #purgeExpired(days: number): Promise<void> {
    try {
      await this.purges.alone(async () => {
        let count = 0;
        const stuck: string[] = [];
        for (let ids = ['']; ids.length > 0 && !this.#isEnding; ) {
          ids = await this.purges.expired(days, BATCH, stuck);
          const { freed, stuck: ofBatch } = await this.#purge(ids);
          count += freed;
          stuck.push(...ofBatch);
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

function filesStay(ids: string[]): AppError {
  const [run] = ids.map(runIdOf);
  const whose = ids.length === 1 ? `run ${run}` : `${ids.length} runs, ${run} among them,`;
  return new AppError(
    'UNAVAILABLE',
    `The files of ${whose} can not be removed; what has files stays in the bin. The log says why.`,
  );
}

function restored(what: string): AppError {
  return new AppError('CONFLICT', `The ${what} was restored, or freed by somebody else, meanwhile.`, {
    details: [{ field: 'id', reason: 'changed during the purge', allowed: 'the same request again' }],
  });
}
