import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PurgeHooks } from '../runs/purge-hooks.js';
import { type ModelPlace, modelLocation } from './model-location.js';
import { ModelPurgeRepository } from './model-purge.repository.js';

/** Models that are freed in one piece. */
const BATCH = 500;

/** Frees models with their experiment, and those that have waited in the bin for long. A model outlives its run. */
@Injectable()
export class ModelPurgeService implements OnModuleInit {
  constructor(
    private readonly models: ModelPurgeRepository,
    private readonly purges: PurgeHooks,
  ) {}

  onModuleInit(): void {
    this.purges.add('runs', (runs) => this.models.unlink(runs.map(({ id }) => id)));
    this.purges.add('experiment', (id) => this.#purgeAll(() => this.models.ofExperiment(id, BATCH)));
    this.purges.add('expired', (days) => this.#purgeAll(() => this.models.expired(days, BATCH)));
  }

  async #purgeAll(find: () => Promise<ModelPlace[]>): Promise<void> {
    for (let models = await find(); models.length > 0; models = await find()) {
      for (const model of models) await this.purges.call('files', modelLocation(model));
      await this.models.purge(models.map(({ id }) => id));
    }
  }
}
