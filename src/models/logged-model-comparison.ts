import { metricSql, textSql, timeSql, unmapped } from '../search/comparison-sql.js';
import { type ComparisonSql, MOST_JOINED, type Parameter } from '../search/compile.js';
import type { Comparison, ListComparison, TextComparison } from '../search/nodes.js';

/** Measurements on a data set. */
export interface DatasetChoice {
  /** Absent = any, here and below. */
  name?: string;
  digest?: string;
}

const TEXTS: Record<string, string> = {
  name: 'logged_model.name',
  experiment_id: 'logged_model.experiment_id::text',
  lifecycle_stage: 'logged_model.lifecycle',
  model_id: 'logged_model.id',
  model_type: 'logged_model.model_type',
  source_run_id: 'logged_model.source_run_id',
};
const TIMES: Record<string, string> = {
  creation_timestamp: 'logged_model.created_at',
  last_updated_timestamp: 'logged_model.updated_at',
};

/**
 * @param datasets those whose measurements count; none = all measurements
 * @returns how a comparison is said of the table `logged_model`. A metric matches where any of its measurements does
 */
export function loggedModelComparisonSql(datasets: readonly DatasetChoice[]): ComparisonSql {
  let metrics = 0;
  return (comparison, parameter) => {
    switch (comparison.entity) {
      case 'metrics': {
        if (comparison.kind !== 'number') throw unmapped(comparison);
        const key = `metric.key = ${parameter(comparison.key)}`;
        const isJoined = ++metrics <= MOST_JOINED;
        return measuredSql([key, metricSql('metric.value', comparison, parameter)], datasets, parameter, isJoined);
      }
      case 'params':
        return textSql(
          `(logged_model.parameters ->> ${parameter(comparison.key)}::text)`,
          asText(comparison),
          parameter,
        );
      case 'tags':
        return textSql(`(logged_model.tags ->> ${parameter(comparison.key)}::text)`, asText(comparison), parameter);
      default:
        return attributeSql(comparison, parameter);
    }
  };
}

/**
 * That a model has a measurement for which all conditions hold, on one of the data sets if any is named.
 * @param isJoined false where it is only asked of models that others leave
 */
export function measuredSql(
  conditions: readonly string[],
  datasets: readonly DatasetChoice[],
  parameter: Parameter,
  isJoined = true,
): string {
  const all = ['metric.model_id = logged_model.id', ...conditions, ...datasetSql(datasets, parameter)];
  return `EXISTS (SELECT FROM logged_model_metric AS metric WHERE ${all.join(' AND ')}${isJoined ? '' : ' OFFSET 0'})`;
}

/** That `metric` was measured on one of the data sets; no condition where none is named. */
export function datasetSql(datasets: readonly DatasetChoice[], parameter: Parameter): string[] {
  if (datasets.length === 0) return [];
  const names = parameter(datasets.map(({ name }) => name ?? null));
  const digests = parameter(datasets.map(({ digest }) => digest ?? null));
  return [
    `EXISTS (SELECT FROM unnest(${names}::text[], ${digests}::text[]) AS wanted(name, digest) WHERE coalesce(wanted.name, metric.dataset_name) = metric.dataset_name AND coalesce(wanted.digest, metric.dataset_digest) = metric.dataset_digest)`,
  ];
}

function attributeSql(comparison: Comparison, parameter: Parameter): string {
  const { key } = comparison;
  if (comparison.kind === 'time' && key in TIMES) return timeSql(TIMES[key], comparison, parameter);
  if (key === 'status') return textSql('logged_model.status', withShortStatus(asText(comparison)), parameter);
  if (key in TEXTS) return textSql(TEXTS[key], asText(comparison), parameter);
  throw unmapped(comparison);
}

/** Answers say LOGGED_MODEL_READY, and clients READY. */
function withShortStatus(comparison: TextComparison | ListComparison): TextComparison | ListComparison {
  const short = (value: string) => value.replace(/^LOGGED_MODEL_/, '');
  return comparison.kind === 'list'
    ? { ...comparison, value: comparison.value.map(short) }
    : { ...comparison, value: short(comparison.value) };
}

function asText(comparison: Comparison): TextComparison | ListComparison {
  if (comparison.kind === 'text' || comparison.kind === 'list') return comparison;
  throw unmapped(comparison);
}
