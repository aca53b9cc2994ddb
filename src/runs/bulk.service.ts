import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { BulkBody } from './bulk.schema.js';
import { PurgeService } from './purge.service.js';
import { RunRepository } from './run.repository.js';
import { RunService } from './run.service.js';
import { RunSearchService } from './run-search.service.js';

/** Runs that are changed in one piece. */
const BATCH = 500;

/** One action for many runs. */
@Injectable()
export class BulkService {
  constructor(
    private readonly records: RunRepository,
    private readonly searches: RunSearchService,
    private readonly runs: RunService,
    private readonly purges: PurgeService,
  ) {}

  /**
   * Batch after batch: where it is interrupted, those before are changed, and the same request goes on.
   * @returns how many runs were changed
   * @throws AppError INVALID_INPUT, NOT_FOUND where an experiment does not exist
   */
  async change(body: z.infer<typeof BulkBody>): Promise<number> {
    const ids = body.run_ids ? [...new Set(body.run_ids)] : await this.#found(body);
    let changed = 0;
    for (let start = 0; start < ids.length; start += BATCH) {
      changed += await this.#changeBatch(ids.slice(start, start + BATCH), body);
    }
    return changed;
  }

  async #changeBatch(ids: string[], { action, tags }: z.infer<typeof BulkBody>): Promise<number> {
    switch (action) {
      case 'delete':
        return (await this.records.setLifecycle(ids, 'deleted')).length;
      case 'restore':
        return (await this.records.setLifecycle(ids, 'active')).length;
      case 'purge':
        return this.purges.purgeRuns(ids);
      case 'tag': {
        const lifecycles = await this.records.lifecycles(ids);
        const active = ids.filter((id) => lifecycles.get(id) === 'active');
        await Promise.all(active.map((id) => this.runs.update({ id, tags })));
        return active.length;
      }
      default:
        return action satisfies never;
    }
  }

  /** Found as a whole before the first is changed: a change may take a run out of what the filter finds. */
  async #found({ filter = '', experiments = [], action }: z.infer<typeof BulkBody>): Promise<string[]> {
    const lifecycle = ({ tag: 'active', delete: 'active', restore: 'deleted', purge: 'all' } as const)[action];
    const search = await this.searches.understood({ experiment_ids: [], experiments, filter, order_by: [], lifecycle });
    const ids: string[] = [];
    for await (const page of this.searches.pages(search, 1_000)) ids.push(...page);
    return ids;
  }
}
