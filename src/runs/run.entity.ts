import { defineEntity, p } from '@mikro-orm/core';
import { Experiment, LIFECYCLES } from '../experiments/experiment.entity.js';

export const RUN_STATUSES = ['SCHEDULED', 'RUNNING', 'FINISHED', 'FAILED', 'KILLED'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

const RunSchema = defineEntity({
  name: 'Run',
  tableName: 'run',
  properties: {
    id: p.uuid().primary(),
    experiment: () => p.manyToOne(Experiment).deleteRule('cascade'),
    name: p.text(),
    status: p.enum(RUN_STATUSES),
    userName: p.text().default(''),
    sourceType: p.text().default(''),
    sourceName: p.text().default(''),
    startTime: p.datetime(6).nullable(),
    endTime: p.datetime(6).nullable(),
    lifecycle: p.enum(LIFECYCLES).default('active'),
    deletedAt: p.datetime(6).nullable(),
    /** Here, whole, for reading; {@link RunParameter} and {@link RunTag} are for finding. The tag mlflow.runName is `name`. */
    parameters: p.json<Record<string, string>>().defaultRaw(`'{}'`),
    tags: p.json<Record<string, string>>().defaultRaw(`'{}'`),
    createdAt: p.datetime(6).defaultRaw('now()'),
  },
  indexes: [
    {
      name: 'run_newest',
      expression: 'create index "run_newest" on "run" ("experiment_id", "start_time" desc nulls last, "id")',
    },
    {
      name: 'run_deleted',
      expression: `create index "run_deleted" on "run" ("deleted_at") where "lifecycle" = 'deleted'`,
    },
  ],
});

/** The record of one execution: ours or a client's. */
export class Run extends RunSchema.class {}
RunSchema.setClass(Run);
