import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PurgeHooks } from '../runs/purge-hooks.js';
import type { TaskRow } from './task.schema.js';

/** How long an ended task is remembered: at the latest after this, a new name of its run is seen, or a purge by another process. */
const REMEMBER_MS = 5_000;
const MAX_REMEMBERED = 2_000;

/**
 * Tasks that were ended by this process a moment ago. Clients ask for a task until it has ended and then all look at once;
 * these looks need no database. Rows get here after their commit, and an ended task does not change but for the name of its run.
 */
@Injectable()
export class EndedTasks implements OnModuleInit {
  /** In the order of their end. */
  readonly #rows = new Map<string, { row: TaskRow; until: number }>();

  constructor(private readonly purges: PurgeHooks) {}

  /** A task goes with its run. */
  onModuleInit(): void {
    this.purges.add('runs', async (runs) => {
      for (const { id } of runs) this.forget(id);
    });
  }

  remember(rows: TaskRow[]): void {
    const now = performance.now();
    for (const row of rows) this.#rows.set(row.id, { row, until: now + REMEMBER_MS });
    for (const [id, { until }] of this.#rows) {
      if (until > now && this.#rows.size <= MAX_REMEMBERED) break;
      this.#rows.delete(id);
    }
  }

  get(id: string): TaskRow | undefined {
    const remembered = this.#rows.get(id);
    return remembered && remembered.until > performance.now() ? remembered.row : undefined;
  }

  /** For whoever changes or removes an ended task. */
  forget(id: string): void {
    this.#rows.delete(id);
  }
}
