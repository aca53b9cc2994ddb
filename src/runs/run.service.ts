import { Injectable } from '@nestjs/common';
import { Cohort } from '../database/cohort.js';
import { GroupCommit } from '../database/group-commit.js';
import type { Lifecycle } from '../experiments/experiment.entity.js';
import { ExperimentService } from '../experiments/experiment.service.js';
import { newRunId } from './new-run-id.js';
import { type NewRun, type RunChange, type RunRecord, RunRepository } from './run.repository.js';
import { generatedRunName, RUN_NAME_TAG } from './run-name.js';
import { notActive, unknownRun } from './run-refusals.js';

/** The most runs that share a commit. */
const RUN_BATCH = 100;

export interface RunDraft {
  experimentId: number;
  /** Absent = the tag mlflow.runName, or a generated one. */
  name?: string;
  userName?: string;
  /** Milliseconds since 1970. */
  startTime: number;
  parameters?: Record<string, string>;
  tags: Record<string, string>;
}

/** The record of runs: creating, reading, changing, deleting. Appending to them: {@link RunLogService}. */
@Injectable()
export class RunService {
  readonly #creations: GroupCommit<NewRun, RunRecord | undefined>;
  readonly #changes: GroupCommit<RunChange, RunRecord | undefined>;

  /** One after the other: three at once, beside other changes of the same run, may each wait for another. */
  readonly #lifecycles = new GroupCommit(async ([{ id, lifecycle }]: Pick<RunRecord, 'id' | 'lifecycle'>[]) => {
    return [(await this.runs.setLifecycle([id], lifecycle)).length > 0];
  }, 1);

  constructor(
    private readonly runs: RunRepository,
    private readonly experiments: ExperimentService,
    cohort: Cohort,
  ) {
    this.#creations = new GroupCommit(
      async (created) => {
        const records = await runs.insertAll(created);
        return created.map(({ id }) => records.get(id));
      },
      RUN_BATCH,
      { cohort },
    );
    this.#changes = new GroupCommit(
      async (changes) => {
        const records = await runs.updateAll(mergedById(changes));
        return changes.map(({ id }) => records.get(id));
      },
      RUN_BATCH,
      { cohort },
    );
  }

  /** @throws AppError NOT_FOUND, NOT_ACTIVE where the experiment is not there or is deleted */
  async create({ experimentId, name, userName = '', startTime, parameters = {}, tags }: RunDraft): Promise<RunRecord> {
    const { [RUN_NAME_TAG]: nameTag, ...others } = tags;
    const run = {
      id: newRunId(),
      experimentId,
      name: name || nameTag || generatedRunName(),
      userName,
      startTime,
      parameters,
      tags: others,
    };
    const record = await this.#creations.add(run);
    if (record) return record;
    throw await this.experiments.whyNotActive(experimentId);
  }

  /** @throws AppError NOT_FOUND; deleted runs are readable */
  async get(id: string): Promise<RunRecord> {
    const [record] = await this.runs.byIds([id]);
    if (!record) throw unknownRun(id);
    return record;
  }

  /** In the order of the ids; those that belong to no run are left out. */
  list(ids: string[]): Promise<RunRecord[]> {
    return ids.length === 0 ? Promise.resolve([]) : this.runs.byIds(ids);
  }

  /**
   * All of it or nothing. The tag mlflow.runName renames the run.
   * @returns the run as it is now; its metrics are not read
   * @throws AppError NOT_FOUND, NOT_ACTIVE
   */
  async update({ tags, ...change }: RunChange): Promise<RunRecord> {
    const { [RUN_NAME_TAG]: nameTag, ...others } = tags ?? {};
    const record = await this.#changes.add({
      ...change,
      name: nameTag ?? change.name,
      ...(Object.keys(others).length > 0 && { tags: others }),
    });
    return record ?? this.#refuse(change.id);
  }

  /** Deletes or restores; repeating it changes nothing. @throws AppError NOT_FOUND */
  async setLifecycle(id: string, lifecycle: Lifecycle): Promise<void> {
    if (!(await this.#lifecycles.add({ id, lifecycle }))) throw unknownRun(id);
  }

  /** Deleted ones exist, too. @throws AppError NOT_FOUND */
  async assertExists(id: string): Promise<void> {
    if (!(await this.runs.lifecycles([id])).has(id)) throw unknownRun(id);
  }

  /** @throws AppError NOT_FOUND, NOT_ACTIVE */
  async assertActive(id: string): Promise<void> {
    const lifecycle = (await this.runs.lifecycles([id])).get(id);
    if (lifecycle === undefined) throw unknownRun(id);
    if (lifecycle !== 'active') throw notActive(id);
  }

  /** @returns false where the run has no such tag @throws AppError NOT_FOUND, NOT_ACTIVE */
  async removeTag(id: string, key: string): Promise<boolean> {
    const { lifecycle, tags } = await this.get(id);
    if (lifecycle !== 'active') throw notActive(id);
    if (!Object.hasOwn(tags, key)) return false;
    await this.update({ id, tags: { [key]: null } });
    return true;
  }

  /** For a run that was not active when it was to be changed; it may have been restored since. */
  async #refuse(id: string): Promise<never> {
    await this.assertExists(id);
    throw notActive(id);
  }
}

/** One change a run, because one statement changes a row once. */
function mergedById(changes: RunChange[]): RunChange[] {
  const merged = new Map<string, RunChange>();
  for (const change of changes) {
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    const earlier = merged.get(change.id);
    const tags = (earlier?.tags ?? change.tags) && { tags: { ...earlier?.tags, ...change.tags } };
    // The last word on the end counts.
    const end = change.endTime === undefined ? {} : { reopens: false };
    merged.set(change.id, { ...earlier, ...end, ...given, ...tags, id: change.id });
  }
  return [...merged.values()];
}
