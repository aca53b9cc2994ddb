import { EntityRepository } from '@mikro-orm/postgresql';
import type { Experiment } from './experiment.entity.js';

export class ExperimentRepository extends EntityRepository<Experiment> {
  /**
   * Makes sure that an experiment of each name exists and carries this description.
   * @returns their ids by name
   */
  async ensure(definitions: { name: string; description: string }[]): Promise<Map<string, number>> {
    if (definitions.length === 0) return new Map();
    const em = this.em.fork();
    await em.upsertMany(this.entityName, definitions, {
      onConflictFields: ['name'],
      onConflictMergeFields: ['description'],
    });
    const names = definitions.map((definition) => definition.name);
    const rows = await em.find<Experiment>(this.entityName, { name: { $in: names } });
    return new Map(rows.map((row) => [row.name, row.id]));
  }
}
