import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { isUnstorable } from '../database/database.js';
import { GroupCommit } from '../database/group-commit.js';
import type { EndedTasks } from '../tasks/ended-tasks.js';
import type { ExecutionRepository, Outcome } from '../tasks/execution.repository.js';
import { failureOf } from './execution-outcome.js';
import type { HeldClaims } from './held-claims.js';

const BATCH = 100;
const RETRY_MS = 500;

/** Writes what executions ended with, several in one commit. */
export class OutcomeWriter {
  readonly #log = new Logger('worker');
  readonly #outcomes: GroupCommit<Outcome, boolean>;

  /** @param gather is waited for before each commit: whatever ends meanwhile goes with it */
  constructor(
    executions: ExecutionRepository,
    ended: EndedTasks,
    private readonly held: HeldClaims,
    gather: () => Promise<unknown>,
  ) {
    this.#outcomes = new GroupCommit(
      async (outcomes) => {
        const rows = await executions.finish(outcomes);
        ended.remember(rows);
        const ids = new Set(rows.map(({ id }) => id));
        return outcomes.map(({ id }) => ids.has(id));
      },
      BATCH,
      { gather },
    );
  }

  /**
   * Resolves when it is written, or the lease was lost: until then it is tried again. What the database can not keep, such as
   * a NUL in a text, is written as a failure instead.
   */
  async write(outcome: Outcome): Promise<void> {
    const held = this.held.get(outcome);
    if (held) held.finishing = true;
    let storable = outcome;
    while (this.held.get(outcome)) {
      try {
        const ended = await this.#outcomes.add(storable);
        if (!ended) this.#log.warn(`task ${outcome.id}: attempt ${outcome.attempt} came too late, another one counts`);
        this.held.release(outcome);
      } catch (error) {
        const { message } = error as Error;
        if (storable === outcome && isUnstorable(error)) {
          storable = failureOf(outcome, { runMs: outcome.runMs, error: `Its outcome can not be stored: ${message}.` });
          continue;
        }
        this.#log.warn(`task ${outcome.id} is done but not stored yet: ${message}`);
        await sleep(RETRY_MS);
      }
    }
  }
}
