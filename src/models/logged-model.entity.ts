import { defineEntity, p } from '@mikro-orm/core';
import { Experiment, LIFECYCLES } from '../experiments/experiment.entity.js';

export const MODEL_STATUSES = ['PENDING', 'READY', 'UPLOAD_FAILED'] as const;
export type ModelStatus = (typeof MODEL_STATUSES)[number];

const LoggedModelSchema = defineEntity({
  name: 'LoggedModel',
  tableName: 'logged_model',
  properties: {
    /** `m-` and 32 hex digits. */
    id: p.text().primary(),
    experiment: () => p.manyToOne(Experiment).deleteRule('cascade'),
    name: p.text(),
    modelType: p.text().default(''),
    /** As the client names it; empty = none. */
    sourceRunId: p.text().default(''),
    status: p.enum(MODEL_STATUSES).default('PENDING'),
    lifecycle: p.enum(LIFECYCLES).default('active'),
    deletedAt: p.datetime(6).nullable(),
    parameters: p.json<Record<string, string>>().defaultRaw(`'{}'`),
    tags: p.json<Record<string, string>>().defaultRaw(`'{}'`),
    createdAt: p.datetime(6).defaultRaw('now()'),
    updatedAt: p.datetime(6).defaultRaw('now()'),
  },
  indexes: [
    {
      name: 'logged_model_newest',
      expression: 'create index "logged_model_newest" on "logged_model" ("experiment_id", "created_at" desc, "id")',
    },
    {
      // Clients ask for a name before they list or download anything below a folder of a run.
      name: 'logged_model_name',
      expression:
        'create index "logged_model_name" on "logged_model" ("experiment_id", "name", "created_at" desc, "id")',
    },
  ],
});

/** A model that was logged to an experiment, by a run or by none. Its files are artifacts. */
export class LoggedModel extends LoggedModelSchema.class {}
LoggedModelSchema.setClass(LoggedModel);

const LoggedModelMetricSchema = defineEntity({
  name: 'LoggedModelMetric',
  tableName: 'logged_model_metric',
  properties: {
    // The order of the key finds the latest value of a metric without sorting.
    modelId: p.text().primary(),
    key: p.text().primary(),
    /** Milliseconds since 1970. */
    timestamp: p.bigint('string').primary(),
    step: p.bigint('string').primary(),
    value: p.double().primary(),
    runId: p.uuid().primary(),
    /** MD5 of the data set's name and digest, which together may be longer than what an index takes. */
    datasetHash: p.uuid().primary(),
    /** Empty where no data set was named, here and below. */
    datasetName: p.text(),
    datasetDigest: p.text(),
  },
});

/** One measurement of a model, made by a run, which has it too. */
export class LoggedModelMetric extends LoggedModelMetricSchema.class {}
LoggedModelMetricSchema.setClass(LoggedModelMetric);

export const MODEL_ROLES = ['input', 'output'] as const;
export type ModelRole = (typeof MODEL_ROLES)[number];

const RunModelSchema = defineEntity({
  name: 'RunModel',
  tableName: 'run_model',
  properties: {
    runId: p.uuid().primary(),
    /** No foreign key: clients may name models that this server does not know. */
    modelId: p.text().primary(),
    role: p.enum(MODEL_ROLES).primary(),
    /** At which an output was made; 0 for inputs. */
    step: p.bigint('string').default('0'),
  },
});

/** A model that a run used or made. */
export class RunModel extends RunModelSchema.class {}
RunModelSchema.setClass(RunModel);
