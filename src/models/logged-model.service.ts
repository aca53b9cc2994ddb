import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ExperimentService } from '../experiments/experiment.service.js';
import { labelCharacters, sizedPieces } from '../http/sized-pieces.js';
import { generatedRunName } from '../runs/run-name.js';
import { conflictsOf, ParameterChanged } from '../runs/run-refusals.js';
import type { ModelStatus } from './logged-model.entity.js';
import { LoggedModelRepository, type ModelRecord, type NewModel } from './logged-model.repository.js';
import { unknownModel, unknownModelTag } from './model-refusals.js';

/** A model may have many thousand measurements. */
const FIRST_PIECE = 10;

/** The record of models. Deleted ones can be read, and only where that is asked for. */
@Injectable()
export class LoggedModelService {
  constructor(
    private readonly models: LoggedModelRepository,
    private readonly experiments: ExperimentService,
  ) {}

  /**
   * @param draft an empty name = a generated one
   * @throws AppError NOT_FOUND, NOT_ACTIVE where the experiment is not there or is deleted
   */
  async create(draft: Omit<NewModel, 'id'>): Promise<ModelRecord> {
    const id = `m-${randomUUID().replaceAll('-', '')}`;
    if (!(await this.models.insert({ ...draft, id, name: draft.name || generatedRunName() }))) {
      throw await this.experiments.whyNotActive(draft.experimentId);
    }
    return this.get(id);
  }

  /** @throws AppError NOT_FOUND */
  async get(id: string, { allowDeleted = false } = {}): Promise<ModelRecord> {
    const [model] = await this.models.byIds([id]);
    if (!model || (model.lifecycle === 'deleted' && !allowDeleted)) throw unknownModel(id);
    return model;
  }

  /** In the order of the ids, piece by piece; those that belong to no model are left out. */
  pieces(ids: string[]): AsyncGenerator<{ models: ModelRecord[]; characters: number }> {
    return sizedPieces([ids], {
      first: FIRST_PIECE,
      read: async (part) => ({ models: await this.models.byIds(part) }),
      sizes: ({ models }) => models.map(charactersOf),
    });
  }

  /** Says that all files of a model are there, never will be, or are to come. @throws AppError NOT_FOUND */
  async setStatus(id: string, status: ModelStatus): Promise<ModelRecord> {
    if (!(await this.models.setStatus(id, status))) throw unknownModel(id);
    return this.get(id);
  }

  /** Its files and measurements stay. The second time changes nothing. @throws AppError NOT_FOUND */
  async remove(id: string): Promise<void> {
    if (!(await this.models.remove(id))) await this.get(id, { allowDeleted: true });
  }

  /** @throws AppError NOT_FOUND */
  async setTags(id: string, tags: Record<string, string>): Promise<void> {
    if (!(await this.models.setTags(id, tags))) throw unknownModel(id);
  }

  /** @throws AppError NOT_FOUND where there is no such model or tag */
  async removeTag(id: string, key: string): Promise<void> {
    if (await this.models.removeTag(id, key)) return;
    await this.get(id);
    throw unknownModelTag(id, key);
  }

  /** Adds all parameters or none; the same value again changes nothing. @throws AppError NOT_FOUND, PARAMETER_CHANGED */
  async addParameters(id: string, parameters: [key: string, value: string][]): Promise<void> {
    const known = await this.models.addParameters(id, parameters);
    if (!known) throw unknownModel(id);
    const conflicts = conflictsOf(known, parameters);
    if (conflicts.length > 0) throw new ParameterChanged(`model ID='${id}'`, conflicts);
  }
}

const FIXED = 1_000;
const METRIC = 150;

/** About how long a model is as text. */
function charactersOf({ parameters, tags, metrics }: ModelRecord): number {
  return FIXED + metrics.length * METRIC + labelCharacters(parameters) + labelCharacters(tags);
}
