import { defineEntity, p } from '@mikro-orm/core';

const MetricSeriesSchema = defineEntity({
  name: 'MetricSeries',
  tableName: 'metric_series',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    /** No foreign key, here and in the tables below: checking one costs as much as the row. Purging removes them. */
    runId: p.uuid(),
    key: p.text(),
    /** The execution of a task that wrote it; 0 where no task did. */
    attempt: p.integer().default(0),
    points: p.integer(),
    firstStep: p.bigint('string'),
    lastStep: p.bigint('string'),
    firstTimestamp: p.bigint('string'),
    lastTimestamp: p.bigint('string'),
    /** As `series-chunk.ts` packs them; or, for a single point, as PostgreSQL's own int8send and float8send write it: the length tells. */
    steps: p.blob(),
    timestamps: p.blob(),
    values: p.blob(),
  },
  indexes: [{ name: 'metric_series_run_key', properties: ['runId', 'key'] }],
});

/** A packed piece of one metric's history, as it was logged by one commit or merged from several. */
export class MetricSeries extends MetricSeriesSchema.class {}
MetricSeriesSchema.setClass(MetricSeries);

const LatestMetricSchema = defineEntity({
  name: 'LatestMetric',
  tableName: 'latest_metric',
  properties: {
    runId: p.uuid().primary(),
    key: p.text().primary(),
    /** That of the run, so that one index finds and orders the runs of an experiment. */
    experimentId: p.integer(),
    value: p.double(),
    step: p.bigint('string'),
    /** Milliseconds since 1970. */
    timestamp: p.bigint('string'),
  },
  indexes: [{ name: 'latest_metric_order', properties: ['experimentId', 'key', 'value'], include: ['runId'] }],
});

/** The value of a metric that counts: the one of the greatest (step, timestamp, value). */
export class LatestMetric extends LatestMetricSchema.class {}
LatestMetricSchema.setClass(LatestMetric);
