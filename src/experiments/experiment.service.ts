import { InjectRepository } from '@mikro-orm/nestjs';
import { Injectable } from '@nestjs/common';
import { AppError } from '../errors.js';
import type { Lifecycle } from './experiment.entity.js';
import { Experiment } from './experiment.entity.js';
import { type ExperimentChange, type ExperimentRecord, ExperimentRepository } from './experiment.repository.js';
import { KeptExperiments } from './kept-experiments.js';

/** What is tracked under one name. */
@Injectable()
export class ExperimentService {
  constructor(
    @InjectRepository(Experiment) private readonly experiments: ExperimentRepository,
    private readonly kept: KeptExperiments,
  ) {}

  /** @returns the id of the new experiment @throws AppError ALREADY_EXISTS, also where a deleted one has the name */
  async create(
    name: string,
    artifactLocation: string | null,
    tags: Record<string, string>,
    description = '',
  ): Promise<number> {
    const id = await this.experiments.add(name, artifactLocation, tags, description || null);
    if (id === undefined) throw nameTaken(name);
    return id;
  }

  /** Deleted ones, too. @throws AppError NOT_FOUND */
  async get(id: number): Promise<ExperimentRecord> {
    const [record] = await this.experiments.byIds([id]);
    if (!record) throw unknownExperiment(id);
    return record;
  }

  /** In the order of the ids. */
  list(ids: number[]): Promise<ExperimentRecord[]> {
    return ids.length === 0 ? Promise.resolve([]) : this.experiments.byIds(ids);
  }

  /** Deleted ones, too. @throws AppError NOT_FOUND */
  async byName(name: string): Promise<ExperimentRecord> {
    const record = await this.experiments.byName(name);
    if (record) return record;
    throw unknownName(name);
  }

  /** All of the change, or nothing. @throws AppError NOT_FOUND, NOT_ACTIVE, ALREADY_EXISTS; CONFLICT for the name of one that must stay */
  async change(id: number, change: ExperimentChange): Promise<void> {
    if (change.name !== undefined) this.kept.assertFree(id, 'renamed');
    const outcome = await this.experiments.change(id, change);
    if (outcome === 'taken') throw nameTaken(change.name ?? '');
    if (outcome === 'gone') throw await this.whyNotActive(id);
  }

  /**
   * The numbers of experiments by number and by name, deleted ones too; those of all active ones where none is named.
   * @throws AppError NOT_FOUND where one of them does not exist
   */
  async idsOf(ids: number[], names: string[]): Promise<number[]> {
    const found = await this.experiments.named(ids, names);
    const missingId = ids.find((id) => !found.some((one) => one.id === id));
    if (missingId !== undefined) throw unknownExperiment(missingId);
    const missingName = names.find((name) => !found.some((one) => one.name === name));
    if (missingName !== undefined) throw unknownName(missingName);
    return found.map(({ id }) => id);
  }

  /**
   * Deletes or restores it with all its runs.
   * @returns false where it was in that state already, so that nothing changed
   * @throws AppError NOT_FOUND; CONFLICT for one that must stay
   */
  async setLifecycle(id: number, lifecycle: Lifecycle): Promise<boolean> {
    if (lifecycle === 'deleted') this.kept.assertFree(id, 'deleted');
    if (await this.experiments.setLifecycle(id, lifecycle)) return true;
    await this.get(id);
    return false;
  }

  /** @throws AppError NOT_FOUND, NOT_ACTIVE */
  async setTag(id: number, key: string, value: string): Promise<void> {
    if (!(await this.experiments.setTag(id, key, value))) throw await this.whyNotActive(id);
  }

  /** @throws AppError NOT_FOUND, NOT_ACTIVE */
  async removeTag(id: number, key: string): Promise<void> {
    const { lifecycle } = await this.get(id);
    if (lifecycle !== 'active') throw notActive(id);
    if (await this.experiments.removeTag(id, key)) return;
    throw new AppError('NOT_FOUND', `No tag with name: ${key} in experiment with id ${id}`, {
      details: [{ field: 'key', reason: 'is no tag of this experiment', allowed: 'the key of one of its tags' }],
    });
  }

  /** The reason why nothing can be added to an experiment. */
  async whyNotActive(id: number): Promise<AppError> {
    const [record] = await this.experiments.byIds([id]);
    return record ? notActive(id) : unknownExperiment(id);
  }
}

/** The refusal of an id that belongs to no experiment. */
export function unknownExperiment(id: number): AppError {
  return new AppError('NOT_FOUND', `No Experiment with id=${id} exists`, {
    details: [{ field: 'experiment_id', reason: 'belongs to no experiment', allowed: 'the id of one' }],
  });
}

function unknownName(name: string): AppError {
  return new AppError('NOT_FOUND', `Could not find experiment with name '${name}'`, {
    details: [{ field: 'experiment', reason: 'belongs to no experiment', allowed: 'the name of one' }],
  });
}

function notActive(id: number): AppError {
  return new AppError('NOT_ACTIVE', `The experiment ${id} must be in the 'active' state. Current state is deleted.`, {
    details: [
      { field: 'experiment_id', reason: 'is deleted', allowed: 'an active experiment; restore this one first' },
    ],
  });
}

function nameTaken(name: string): AppError {
  return new AppError('ALREADY_EXISTS', `Experiment(name=${name}) already exists.`, {
    details: [
      { field: 'name', reason: 'is taken, perhaps by a deleted experiment', allowed: 'a name that no other has' },
    ],
  });
}
