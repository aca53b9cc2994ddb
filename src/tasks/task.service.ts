import { createHash } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { z } from 'zod';
import { GroupCommit } from '../database/group-commit.js';
import { AppError } from '../errors.js';
import { decodeCursor, encodeCursor, pageOf } from '../http/paging.js';
import { newRunId } from '../runs/new-run-id.js';
import { CatalogueNames } from './catalogue-names.js';
import { EndedTasks } from './ended-tasks.js';
import { TaskQueue } from './queue/task-queue.js';
import { type NewTask, type TaskFilter, TaskRepository } from './task.repository.js';
import type { TaskRow } from './task.schema.js';
import { isFinal } from './task-state.js';

/** The most tasks that share one commit. */
const SUBMIT_BATCH = 100;

/** Runs whose client named no experiment, and probes. */
const DEFAULT_EXPERIMENT = 0;

const PROBE_TIMEOUT_MS = 5_000;
const PROBE_POLL_MS = 10;

const SeqCursor = z.tuple([z.string().regex(/^\d{1,18}$/)]);

export interface Submission {
  catalogue: string;
  experimentId: number;
  input: Record<string, unknown>;
}

/** The outside of the queue: submitting tasks and looking at them. */
@Injectable()
export class TaskService {
  readonly #log = new Logger('tasks');
  readonly #submissions: GroupCommit<NewTask, undefined>;

  constructor(
    private readonly tasks: TaskRepository,
    private readonly queue: TaskQueue,
    private readonly ended: EndedTasks,
    private readonly names: CatalogueNames,
  ) {
    this.#submissions = new GroupCommit(async (batch) => {
      await this.tasks.insertAll(batch);
      this.#announce(batch.map(({ id }) => id));
      return batch.map(() => undefined);
    }, SUBMIT_BATCH);
  }

  /**
   * Writes a task durably, then wakes a worker.
   * @param idempotency the client's name for this submission, on this route
   * @returns the task's id; with a key that was used before, that of the earlier task
   * @throws AppError CONFLICT where the key was used with another body
   */
  async submit(submission: Submission, idempotency?: { route: string; key: string }): Promise<string> {
    const task = newTask(submission);
    if (!idempotency) {
      await this.#submissions.add(task);
      return task.id;
    }
    const bodyHash = createHash('sha256').update(JSON.stringify(submission.input)).digest('hex');
    const stored = await this.tasks.insertOnce(task, idempotency.route, idempotency.key, bodyHash);
    if (stored.bodyHash !== bodyHash) {
      throw new AppError('CONFLICT', 'This Idempotency-Key was used with another body.', {
        details: [
          {
            field: 'Idempotency-Key',
            reason: `stands for task ${stored.taskId}, which has other parameters`,
            allowed: 'the same body again, or a new key; keys are kept for 24 hours',
          },
        ],
      });
    }
    if (stored.taskId === task.id) this.#announce([task.id]);
    return stored.taskId;
  }

  /** @throws AppError NOT_FOUND, also where the task belongs to another catalogue entry than the one named */
  async get(id: string, catalogue?: string): Promise<TaskRow> {
    const row = this.ended.get(id) ?? (await this.tasks.byId(id));
    if (!row || row.catalogue === null || (catalogue !== undefined && row.catalogue !== catalogue)) {
      throw new AppError('NOT_FOUND', `There is no task ${id}${catalogue === undefined ? '' : ` in ${catalogue}`}.`, {
        details: [{ field: 'id', reason: 'belongs to no task', allowed: 'the task_id that a submission answered' }],
      });
    }
    return row;
  }

  /**
   * Newest first.
   * @throws AppError NOT_FOUND where the filter names an experiment that is not in the catalogue
   */
  async page(
    filter: TaskFilter,
    limit: number,
    cursor?: string,
  ): Promise<{ rows: TaskRow[]; nextCursor: string | null }> {
    if (filter.catalogue !== undefined) this.names.require(filter.catalogue);
    const [beforeSeq] = decodeCursor(cursor, SeqCursor) ?? [];
    const { shown, last } = pageOf(await this.tasks.page(filter, limit + 1, beforeSeq), limit);
    return { rows: shown, nextCursor: last ? encodeCursor([last.seq]) : null };
  }

  counts() {
    return this.tasks.countByState();
  }

  /**
   * Sends a task that does nothing through the real queue.
   * @returns milliseconds from its submission to its end
   * @throws AppError UNAVAILABLE where the queue does not answer, or no worker ended the task within 5 s
   */
  async probe(): Promise<number> {
    await this.#assertQueueAnswers();
    const start = performance.now();
    const task = newTask({ catalogue: null, experimentId: DEFAULT_EXPERIMENT, input: {} });
    await this.#submissions.add(task);
    try {
      while (performance.now() - start < PROBE_TIMEOUT_MS) {
        const row = await this.tasks.byId(task.id);
        if (row && isFinal(row.state)) return performance.now() - start;
        await new Promise((resolve) => setTimeout(resolve, PROBE_POLL_MS));
      }
      throw new AppError(
        'UNAVAILABLE',
        `The probe did not come back within ${PROBE_TIMEOUT_MS / 1000} s; no worker took it: start one with npm run start:worker, or all of them are busy.`,
      );
    } finally {
      await this.tasks.removeProbe(task.id);
    }
  }

  get driver(): TaskQueue['driver'] {
    return this.queue.driver;
  }

  /** A worker that looks by itself would find the probe without the queue, too. */
  async #assertQueueAnswers(): Promise<void> {
    await this.queue.check().catch((error: Error) => {
      throw error instanceof AppError
        ? error
        : new AppError('UNAVAILABLE', `The queue does not answer: ${error.message}.`, { cause: error });
    });
  }

  /** Without waiting: the tasks are stored, and the reconciler announces again what gets lost here. */
  #announce(ids: string[]): void {
    this.queue.send(ids).catch((error: Error) => {
      this.#log.warn(
        `${ids.length} tasks are stored but not announced, they start a few seconds later: ${error.message}`,
      );
    });
  }
}

function newTask({
  catalogue,
  experimentId,
  input,
}: Omit<Submission, 'catalogue'> & { catalogue: string | null }): NewTask {
  const id = newRunId();
  return { id, name: `${catalogue ?? 'probe'}-${id.slice(-8)}`, experimentId, catalogue, input, priority: 0 };
}
