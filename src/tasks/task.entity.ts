import { defineEntity, p } from '@mikro-orm/core';
import { Run } from '../runs/run.entity.js';
import { TaskRepository } from './task.repository.js';
import { TASK_STATES } from './task-state.js';

const TaskSchema = defineEntity({
  name: 'Task',
  tableName: 'task',
  repository: () => TaskRepository,
  properties: {
    /** One uuid for the task and the run that it fills. */
    run: () => p.oneToOne(Run).primary().fieldName('id').deleteRule('cascade'),
    /** Order of arrival: lists show it backwards, the queue serves it forwards. */
    seq: p.bigint('string').autoincrement(),
    /** Name of the catalogue entry; absent = a probe, which passes through the queue and trains nothing. */
    catalogue: p.text().nullable(),
    /** `json` and not `jsonb`, here and below: it keeps the order of its keys, which people read. */
    input: p.json<Record<string, unknown>>().columnType('json'),
    state: p.enum(TASK_STATES).default('PENDING'),
    /** The higher, the sooner. */
    priority: p.smallint().default(0),
    /** Rises at every claim and fences every write of an execution. */
    attempt: p.integer().default(0),
    leaseUntil: p.datetime(6).nullable(),
    worker: p.text().nullable(),
    /** Not before. */
    wakeAt: p.datetime(6).defaultRaw('now()'),
    /** When the queue was last told of it. */
    sentAt: p.datetime(6).nullable(),
    createdAt: p.datetime(6).defaultRaw('now()'),
    startedAt: p.datetime(6).nullable(),
    doneAt: p.datetime(6).nullable(),
    /** How long the execution took, by the worker's monotonic clock. */
    runMs: p.double().nullable(),
    /** Parameters and metrics, flat. */
    result: p.json<Record<string, unknown>>().columnType('json').nullable(),
    model: p.json<Record<string, unknown>>().columnType('json').nullable(),
    /** When the model was written as a file of the run. Whoever removes that file does not get it back. */
    modelFiledAt: p.datetime(6).nullable(),
    error: p.text().nullable(),
    traceback: p.text().nullable(),
    warnings: p.json<string[]>().defaultRaw(`'[]'`),
  },
  uniques: [{ name: 'task_seq', properties: ['seq'] }],
  indexes: [
    { name: 'task_catalogue_seq', properties: ['catalogue', 'seq'] },
    { name: 'task_state_seq', properties: ['state', 'seq'] },
    {
      name: 'task_due',
      expression: `create index "task_due" on "task" ("priority" desc, "seq") where "state" in ('PENDING', 'RETRY')`,
    },
  ],
});

/** One queued execution that fills a run. Its row is the truth; queues only carry its id. */
export class Task extends TaskSchema.class {}
TaskSchema.setClass(Task);

const IdempotencyKeySchema = defineEntity({
  name: 'IdempotencyKey',
  tableName: 'idempotency_key',
  properties: {
    route: p.text().primary(),
    key: p.text().primary(),
    /** SHA-256 of the checked body, in hex. */
    bodyHash: p.text(),
    taskId: p.uuid(),
    createdAt: p.datetime(6).defaultRaw('now()').index(),
  },
});

/** What a client called a submission, so that sending it twice starts one task. Kept 24 h. */
export class IdempotencyKey extends IdempotencyKeySchema.class {}
IdempotencyKeySchema.setClass(IdempotencyKey);

const WorkerSchema = defineEntity({
  name: 'Worker',
  tableName: 'worker',
  properties: {
    id: p.text().primary(),
    host: p.text(),
    pid: p.integer(),
    slots: p.integer(),
    startedAt: p.datetime(6).defaultRaw('now()'),
    heartbeatAt: p.datetime(6).defaultRaw('now()'),
  },
});

/** A process that executes tasks, with its sign of life. */
export class Worker extends WorkerSchema.class {}
WorkerSchema.setClass(Worker);
