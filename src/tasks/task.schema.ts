import { z } from 'zod';
import { EXAMPLE_ID, runIdOf } from '../http/identifiers.js';
import { NextCursor, pageQueryWith } from '../http/paging.js';
import { modelFileOf } from './model-file.js';
import { TASK_STATES, type TaskState } from './task-state.js';

const Timestamp = z.iso.datetime().describe('UTC, by the database clock.');

/** A task as a list shows it. */
export const TaskSummary = z
  .object({
    task_id: z.uuid().meta({ examples: [EXAMPLE_ID] }),
    run_id: z
      .string()
      .regex(/^[0-9a-f]{32}$/)
      .describe('The run that this task fills: the same id without hyphens.'),
    name: z.string().describe('Name of the run.'),
    experiment: z.string().meta({ examples: ['wine-quality'] }),
    status: z.enum(TASK_STATES),
    input: z.record(z.string(), z.unknown()).describe('The parameters, defaults filled in.'),
    result: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('Parameters, metrics, `date` and `request_id`, flat; null until SUCCESS.'),
    attempt: z.number().int().describe('How often a worker took it.'),
    worker: z.string().nullable().describe('The worker that has or had it.'),
    priority: z.number().int(),
    created_at: Timestamp,
    started_at: Timestamp.nullable(),
    done_at: Timestamp.nullable(),
    wait_seconds: z.number().describe('From its creation to its start, or until now.'),
    run_seconds: z.number().nullable().describe('How long its execution took; null until it ends.'),
    warnings: z.array(z.string()).describe('What about the result deserves doubt.'),
    error: z.string().nullable().describe('Why it failed, in one line.'),
    url: z.url().describe('This task.'),
  })
  .meta({ id: 'TaskSummary' });

export const LinearModel = z
  .object({
    coefficients: z
      .record(z.string(), z.number())
      .describe('By column, in the unit of the target per unit of the column.'),
    intercept: z.number(),
    iterations: z.number().int(),
    dual_gap: z.number().describe('How far the objective may still be from its minimum.'),
    data: z
      .object({ name: z.string(), sha256: z.string() })
      .optional()
      .describe('The data set that it was trained on, and the SHA-256 of its file.'),
  })
  .meta({ id: 'LinearModel' });

/** A task with everything that is known of it. */
export const TaskView = TaskSummary.extend({
  model: LinearModel.nullable().describe('What was learned; null until SUCCESS.'),
  model_file: z
    .object({ path: z.string(), sha256: z.string() })
    .nullable()
    .describe('The model as an artifact of the run; null until SUCCESS.'),
  traceback: z.string().nullable(),
}).meta({ id: 'Task' });

export const TaskPage = z.object({ tasks: z.array(TaskSummary), next_cursor: NextCursor }).meta({ id: 'TaskPage' });

export const TaskCounts = z
  .object(Object.fromEntries(TASK_STATES.map((state) => [state, z.number().int()])) as Record<TaskState, z.ZodNumber>)
  .meta({ id: 'TaskCounts' });

const StatusFilter = z
  .enum(TASK_STATES)
  .optional()
  .describe('Only tasks in this state.')
  .meta({ examples: ['SUCCESS'] });
/** Newest first, so the first page is below every number that a task will ever have. */
const TaskPageQuery = pageQueryWith(['999999999999']);

export const ExperimentTasksQuery = z.strictObject({ status: StatusFilter, ...TaskPageQuery });
export const TasksQuery = z.strictObject({
  status: StatusFilter,
  experiment: z
    .string()
    .max(500)
    .optional()
    .describe('Only tasks of this experiment.')
    .meta({ examples: ['wine-quality'] }),
  ...TaskPageQuery,
});

export const QueueCheck = z
  .object({
    status: z.literal('ok'),
    queue: z.enum(['bull', 'postgres']).describe('The driver that carried it.'),
    milliseconds: z.number().describe('From the submission of the probe to its end.'),
  })
  .meta({ id: 'QueueCheck' });

/** The columns of a {@link TaskRow}, where `task` and `run` are at hand. */
export const TASK_COLUMNS = `
  task.id, task.seq, task.catalogue, task.input, task.state, task.priority, task.attempt, task.worker, task.created_at,
  task.started_at, task.done_at, task.run_ms, task.result, task.model, task.error, task.traceback, task.warnings, run.name,
  extract(epoch FROM coalesce(task.started_at, task.done_at, now()) - task.created_at)::float8 AS wait_seconds`;

/** A task and its run's name as they come from the database. */
export interface TaskRow {
  id: string;
  seq: string;
  catalogue: string | null;
  name: string;
  input: Record<string, unknown>;
  state: TaskState;
  priority: number;
  attempt: number;
  worker: string | null;
  created_at: Date;
  started_at: Date | null;
  done_at: Date | null;
  run_ms: number | null;
  wait_seconds: number;
  result: Record<string, unknown> | null;
  model: z.infer<typeof LinearModel> | null;
  error: string | null;
  traceback: string | null;
  warnings: string[];
}

/** @param baseUrl where this server is reached, without a slash at its end */
export function toTaskSummary(row: TaskRow, baseUrl: string): z.infer<typeof TaskSummary> {
  return {
    task_id: row.id,
    run_id: runIdOf(row.id),
    name: row.name,
    experiment: row.catalogue ?? '',
    status: row.state,
    input: row.input,
    result: row.result && { ...row.result, date: row.done_at?.toISOString() ?? null, request_id: row.id },
    attempt: row.attempt,
    worker: row.worker,
    priority: row.priority,
    created_at: row.created_at.toISOString(),
    started_at: row.started_at?.toISOString() ?? null,
    done_at: row.done_at?.toISOString() ?? null,
    wait_seconds: Math.max(row.wait_seconds, 0),
    run_seconds: row.run_ms === null ? null : row.run_ms / 1000,
    warnings: row.warnings,
    error: row.error,
    url: taskUrl(baseUrl, row.catalogue ?? '', row.id),
  };
}

export function toTaskView(row: TaskRow, baseUrl: string): z.infer<typeof TaskView> {
  const file = modelFileOf(row);
  return {
    ...toTaskSummary(row, baseUrl),
    model: row.model,
    model_file: file ? { path: file.path, sha256: file.sha256 } : null,
    traceback: row.traceback,
  };
}

export function taskUrl(baseUrl: string, experiment: string, id: string): string {
  return `${baseUrl}/experiment/${encodeURIComponent(experiment)}/tasks/${id}`;
}
