import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { Query } from '../database/database.js';
import { AppError } from '../errors.js';
import { PurgeHooks } from '../runs/purge-hooks.js';
import { type ModelPlace, modelLocation } from './model-location.js';
import { ModelPurgeRepository } from './model-purge.repository.js';

/** Models that are freed in one piece. */
const BATCH = 500;

/** Frees models with their experiment, and those that have waited in the bin for long. A model outlives its run. */
@Injectable()
export class ModelPurgeService implements OnModuleInit {
  readonly #log = new Logger('purge');

  constructor(
    private readonly models: ModelPurgeRepository,
    private readonly purges: PurgeHooks,
  ) {}

  onModuleInit(): void {
    this.purges.add('runs', (runs, query) =>
      this.models.unlink(
        runs.map(({ id }) => id),
        query,
      ),
    );
    this.purges.add('experiment', (id, query) => this.#purgeExperiment(id, query));
    this.purges.add('expired', (days) => this.#purgeExpired(days));
  }

  async #purgeExperiment(id: number, query: Query): Promise<void> {
    const find = () => this.models.ofExperiment(id, BATCH, query);
    for (let models = await find(); models.length > 0; models = await find()) {
      for (const model of models) {
        await this.purges.call('files', modelLocation(model)).catch((cause: unknown) => {
          throw new AppError(
            'UNAVAILABLE',
            `The files of model ${model.id} can not be removed; what has files stays in the bin. The log says why.`,
            { cause },
          );
        });
      }
      await this.models.purge(idsOf(models), query);
    }
  }

  /** Those whose files can not be removed stay, and keep nobody else. */
  async #purgeExpired(days: number): Promise<void> {
    const stuck: string[] = [];
    const find = () => this.models.expired(days, BATCH, stuck);
    for (let models = await find(); models.length > 0; models = await find()) {
      const bare: ModelPlace[] = [];
      for (const model of models) {
        try {
          await this.purges.call('files', modelLocation(model));
          bare.push(model);
        } catch (error) {
          this.#log.error(
            { err: error, modelId: model.id },
            'the files of a model can not be removed, so it stays in the bin',
          );
          stuck.push(model.id);
        }
      }
      await this.models.purge(idsOf(bare));
    }
  }
}

const idsOf = (models: ModelPlace[]) => models.map(({ id }) => id);
