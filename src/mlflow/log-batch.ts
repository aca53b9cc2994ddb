import type { ModelMetric } from '../models/model-log.service.js';
import { NewMetrics } from '../runs/new-metrics.js';
import type { LogEntry } from '../runs/run-log.service.js';
import type { ParameterChanged } from '../runs/run-refusals.js';
import type { Point } from '../runs/series-chunk.js';
import { invalidParameter, type WireError } from './wire-error.js';
import { parseNumber, storable, WireFields } from './wire-fields.js';
import { assertKey, assertLength, cut, LIMITS, MOST } from './wire-limits.js';
import { runTagsOf } from './wire-tags.js';

/** What a key is called that is too long. */
const METRIC_KEY = 'Metric name';
export const PARAMETER_KEY = 'Param key';

/** Metrics of a request. */
export interface WireMetrics {
  metrics: NewMetrics;
  /** Those of them that are measurements of models as well. */
  measured: ModelMetric[];
}

/**
 * The metrics of a request, unless they are {@link readMetrics read} already. Nearly all have plain fields: those are read
 * without the slow rules.
 * @throws WireError
 */
function metricsOf(fields: WireFields): WireMetrics {
  const read = fields.value('metrics');
  if (read instanceof NewMetrics) {
    assertCount('metrics', read.count, MOST.batch.metrics);
    return { metrics: read, measured: [] };
  }
  const given = fields.list('metrics');
  assertCount('metrics', given.length, MOST.batch.metrics);
  const metrics = new NewMetrics();
  const measured: ModelMetric[] = [];
  given.forEach((item, i) => {
    const metric = plainMetric(item) ?? metricOf(new WireFields(item, `metrics[${i}].`));
    const { key, step, timestamp, value } = metric;
    if (!metrics.has(key)) {
      assertKey(key, `metrics[${i}].name`, METRIC_KEY);
      storable(key, `metrics[${i}].name`);
    }
    metrics.add(key, step, timestamp, value);
    if (isMeasurement(metric)) measured.push(measurementOf(metric));
  });
  return { metrics, measured };
}

/** The metric of a request that logs one. @throws WireError */
export function loneMetricOf(fields: WireFields): WireMetrics {
  const metric = metricOf(fields);
  assertKey(metric.key, 'name', METRIC_KEY);
  return { metrics: NewMetrics.of([metric]), measured: isMeasurement(metric) ? [measurementOf(metric)] : [] };
}

type Metric = Point & { key: string; modelId?: string; datasetName?: string; datasetDigest?: string };

type Measurement = Metric & { modelId: string };

function isMeasurement(metric: Metric): metric is Measurement {
  return metric.modelId !== undefined;
}

function measurementOf({ datasetName = '', datasetDigest = '', ...metric }: Measurement): ModelMetric {
  return { ...metric, datasetName, datasetDigest };
}

/** One metric by all the rules of the wire. @throws WireError */
function metricOf(fields: WireFields): Metric {
  const metric = {
    key: fields.requiredString('key'),
    value: fields.requiredNumber('value'),
    timestamp: fields.requiredInteger('timestamp'),
    step: fields.integer('step') ?? 0,
    modelId: fields.string('model_id') || undefined,
    datasetName: fields.string('dataset_name') || undefined,
    datasetDigest: fields.string('dataset_digest') || undefined,
  };
  if (metric.timestamp < 0) {
    throw invalidParameter(
      `Invalid value ${metric.timestamp} for parameter '${fields.nameOf('timestamp')}' supplied: metric '${metric.key}' ` +
        `(value=${asFloat(metric.value)}). Timestamp must be a nonnegative long (64-bit integer) `,
    );
  }
  if (!metric.datasetName !== !metric.datasetDigest) {
    throw invalidParameter('Both dataset_name and dataset_digest must be provided if one is provided');
  }
  assertLength(metric.datasetName ?? '', LIMITS.datasetName, fields.nameOf('dataset_name'));
  assertLength(metric.datasetDigest ?? '', LIMITS.datasetDigest, fields.nameOf('dataset_digest'));
  return metric;
}

/** As Python writes it: with a point where it is whole. */
const asFloat = (value: number) =>
  Number.isInteger(value) && Math.abs(value) < 1e16 ? value.toFixed(1) : String(value);

type MetricField =
  | 'key'
  | 'value'
  | 'timestamp'
  | 'step'
  | 'model_id'
  | 'modelId'
  | 'dataset_name'
  | 'datasetName'
  | 'dataset_digest'
  | 'datasetDigest';

/** Undefined for whatever is not as clients usually write it. */
function plainMetric(item: unknown): Metric | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const metric = item as Partial<Record<MetricField, unknown>>;
  const { key, value, timestamp, step = 0 } = metric;
  const number = typeof value === 'string' ? parseNumber(value) : value;
  const isPlain =
    typeof key === 'string' &&
    key !== '' &&
    typeof number === 'number' &&
    Number.isSafeInteger(timestamp) &&
    (timestamp as number) >= 0 &&
    Number.isSafeInteger(step) &&
    metric.model_id === undefined &&
    metric.modelId === undefined &&
    metric.dataset_name === undefined &&
    metric.datasetName === undefined &&
    metric.dataset_digest === undefined &&
    metric.datasetDigest === undefined;
  if (!isPlain) return undefined;
  // A batch has a thousand of them, and most need no copy.
  const isComplete = value === number && metric.step !== undefined;
  return isComplete ? (item as Metric) : { key, value: number, timestamp: timestamp as number, step: step as number };
}

/** Parameters with distinct keys; values that are too long are cut. @throws WireError */
export function parametersOf(fields: WireFields): [key: string, value: string][] {
  const given = fields.messages('params');
  const parameters = given.map((parameter): [string, string] => {
    const key = parameter.requiredString('key');
    assertKey(key, parameter.nameOf('key'), PARAMETER_KEY);
    return [key, cut(parameter.string('value'), LIMITS.parameterValue)];
  });
  assertDistinct(parameters);
  return parameters;
}

/** @throws WireError where two parameters have one key */
export function assertDistinct(parameters: [key: string, value: string][]): void {
  const keys = new Set<string>();
  const repeated = new Set<string>();
  for (const [key] of parameters) (keys.has(key) ? repeated : keys).add(key);
  if (repeated.size === 0) return;
  const list = [...repeated].map((key) => `'${key}'`).join(', ');
  throw invalidParameter(
    `Duplicate parameter keys have been submitted: [${list}]. Please ensure the request contains only one param value per param key.`,
  );
}

type WireBatch = WireMetrics & Omit<LogEntry, 'runId'>;

/** Everything that one request logs. @throws WireError before anything is written */
export function batchOf(fields: WireFields): WireBatch {
  const { metrics, measured } = metricsOf(fields);
  assertCount('params', fields.list('params').length, MOST.batch.params);
  const parameters = parametersOf(fields);
  assertCount('tags', fields.list('tags').length, MOST.batch.tags);
  const tags = runTagsOf(fields);
  const all = metrics.count + parameters.length + tags.length;
  assertCount('metrics, params, and tags', all, MOST.batch.all);
  return { metrics, measured, parameters, tags };
}

/** The refusal of a batch names every parameter that has another value, as Python writes a list of them. */
export function changedInBatch({ owner, conflicts }: ParameterChanged): WireError {
  const list = conflicts.map(
    ({ key, known, value }) =>
      `{'key': ${pythonText(key)}, 'old_value': ${pythonText(known)}, 'new_value': ${pythonText(value)}}`,
  );
  return invalidParameter(
    `Changing param values is not allowed. Params were already logged='[${list.join(', ')}]' for ${owner}.`,
  );
}

const ESCAPES: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A text as Python's `repr` shows it. */
function pythonText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const shown = text.replace(/[\\\p{Cc}]/gu, (character) =>
    character === '\\' ? '\\\\' : (ESCAPES[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`),
  );
  return quote + (quote === "'" ? shown.replaceAll("'", "\\'") : shown) + quote;
}

function assertCount(what: string, count: number, limit: number): void {
  if (count > limit) {
    throw invalidParameter(
      `A batch logging request can contain at most ${limit} ${what}. Got ${count} ${what}. Please split up ${what} across multiple requests and try again.`,
    );
  }
}
