import { defineEntity, p } from '@mikro-orm/core';
import { Experiment, LIFECYCLES } from '../experiments/experiment.entity.js';

export const RUN_STATUSES = ['SCHEDULED', 'RUNNING', 'FINISHED', 'FAILED', 'KILLED'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** The last value of a metric. JSON has no NaN and no infinities: these are the strings that MLflow's wire uses. */
export interface LatestMetric {
  value: number | 'NaN' | 'Infinity' | '-Infinity';
  step: number;
  /** Milliseconds since 1970. */
  timestamp: number;
}

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
    /** What a list shows stands on the row itself, so that a page needs no join. */
    parameters: p.json<Record<string, string>>().defaultRaw(`'{}'`),
    tags: p.json<Record<string, string>>().defaultRaw(`'{}'`),
    metrics: p.json<Record<string, LatestMetric>>().defaultRaw(`'{}'`),
    createdAt: p.datetime(6).defaultRaw('now()'),
  },
});

/** The record of one execution: ours or a client's. */
export class Run extends RunSchema.class {}
RunSchema.setClass(Run);

const MetricSeriesSchema = defineEntity({
  name: 'MetricSeries',
  tableName: 'metric_series',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    run: () => p.manyToOne(Run).deleteRule('cascade').index(false),
    key: p.text(),
    /** The execution of a task that wrote it; 0 where no task did. */
    attempt: p.integer().default(0),
    points: p.integer(),
    firstStep: p.bigint('string'),
    lastStep: p.bigint('string'),
    /** `points` little-endian int64 each: steps and milliseconds since 1970; then as many float64, so that NaN and infinities are kept exactly. */
    steps: p.blob(),
    timestamps: p.blob(),
    values: p.blob(),
  },
  indexes: [{ name: 'metric_series_run_key', properties: ['run', 'key'] }],
});

/** A packed piece of one metric's history. */
export class MetricSeries extends MetricSeriesSchema.class {}
MetricSeriesSchema.setClass(MetricSeries);
