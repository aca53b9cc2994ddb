import { metricSql, numericTextSql, textSql, timeSql, unmapped } from '../search/comparison-sql.js';
import type { ComparisonSql, Parameter } from '../search/compile.js';
import type { Comparison, ListComparison, TextComparison } from '../search/nodes.js';
import { HEAD_LENGTH } from './run-index.entity.js';
import { RUN_NAME_TAG } from './run-name.js';

/** Which experiments are searched, as a condition on a column that holds an experiment's number. */
export type Scope = (column: string) => string;

/**
 * How the database is to come to the rows. `walk`: it follows an index that has the wanted order and looks at one run
 * after the other, so every condition is asked of a known run. `gather`: it is free to begin with a condition.
 */
export type Approach = 'walk' | 'gather';

/** The name of a run on the wire, in SQL. */
const HEX_ID = `replace(run.id::text, '-', '')`;
/** As `runLocation` of artifact-location.ts says it. */
export const ARTIFACT_URI = `(SELECT regexp_replace(coalesce(experiment.artifact_location, 'mlflow-artifacts:/' || experiment.id), '/*(\\?.*)?$', '/' || ${HEX_ID} || '/artifacts\\1') FROM experiment WHERE experiment.id = run.experiment_id)`;

/** @returns how a comparison is said of the table `run` */
export function runComparisonSql(scope: Scope, approachOf: (comparison: Comparison) => Approach): ComparisonSql {
  return (comparison, parameter) => {
    const approach = approachOf(comparison);
    // OFFSET keeps the planner from turning the question about one run into a join over all of them.
    const end = approach === 'walk' ? ' OFFSET 0)' : ')';
    switch (comparison.entity) {
      case 'metric': {
        const not = comparison.kind === 'presence' && comparison.operator === 'IS NULL' ? 'NOT ' : '';
        return `${not}EXISTS (SELECT FROM latest_metric WHERE latest_metric.run_id = run.id AND ${metricCondition(comparison, scope, parameter)}${end}`;
      }
      case 'parameter':
        return labelSql('parameter', comparison, scope, approach, parameter);
      case 'tag':
        if (comparison.key === RUN_NAME_TAG) return nameTagSql(comparison, parameter);
        return labelSql('tag', comparison, scope, approach, parameter);
      case 'dataset':
        return `EXISTS (SELECT FROM run_input JOIN dataset ON dataset.id = run_input.dataset_id WHERE run_input.run_id = run.id AND ${datasetCondition(comparison, parameter)}${end}`;
      default:
        return attributeSql(comparison, parameter);
    }
  };
}

/**
 * The part of a comparison that an index table answers by itself, if one does: how to count its entries.
 * @returns FROM and WHERE
 */
export function indexedPart(comparison: Comparison, scope: Scope, parameter: Parameter): string | undefined {
  if (comparison.kind === 'number' && comparison.entity === 'metric' && comparison.operator !== '!=') {
    return `FROM latest_metric WHERE ${metricCondition(comparison, scope, parameter)}`;
  }
  if (comparison.kind === 'text' && comparison.operator === '=' && comparison.key !== RUN_NAME_TAG) {
    const { entity, key, value } = comparison;
    if (entity === 'parameter' || entity === 'tag') {
      return `FROM run_${entity} AS label WHERE ${labelCondition(scope, parameter(key), parameter(value))}`;
    }
  }
  return undefined;
}

/**
 * What a comparison says of an entry of an index table, so that walking one begins and ends where the filter does.
 * @param alias of the entry, which has the comparison's key
 */
export function entryCondition(comparison: Comparison, alias: string, parameter: Parameter): string | undefined {
  if (comparison.kind === 'number' && comparison.entity === 'metric') {
    return metricSql(`${alias}.value`, comparison, parameter);
  }
  if (comparison.kind === 'text' && comparison.operator === '=') {
    return `${alias}.head = left(${parameter(comparison.value)}::text, ${HEAD_LENGTH})`;
  }
  return undefined;
}

function metricCondition(comparison: Comparison, scope: Scope, parameter: Parameter): string {
  const known = `${scope('latest_metric.experiment_id')} AND latest_metric.key = ${parameter(comparison.key)}`;
  if (comparison.kind === 'presence') return known;
  if (comparison.kind !== 'number') throw unmapped(comparison);
  return `${known} AND ${metricSql('latest_metric.value', comparison, parameter)}`;
}

function labelCondition(scope: Scope, key: string, value: string): string {
  return `${scope('label.experiment_id')} AND label.key = ${key} AND label.head = left(${value}::text, ${HEAD_LENGTH})`;
}

/** Parameters and tags stand on the run whole, and in the index tables with their heads. */
function labelSql(
  entity: 'parameter' | 'tag',
  comparison: Comparison,
  scope: Scope,
  approach: Approach,
  parameter: Parameter,
): string {
  const key = parameter(comparison.key);
  const object = `run.${entity}s`;
  const text = `(${object} ->> ${key}::text)`;
  if (comparison.kind === 'presence') {
    return comparison.operator === 'IS NULL' ? `NOT ${object} ? ${key}::text` : `${object} ? ${key}::text`;
  }
  if (comparison.kind === 'number') return numericTextSql(text, comparison, parameter);
  if (comparison.kind === 'time') throw unmapped(comparison);
  if (approach === 'walk' || comparison.operator !== '=') return textSql(text, comparison, parameter);
  const value = parameter(comparison.value);
  const hasHead = `EXISTS (SELECT FROM run_${entity} AS label WHERE label.run_id = run.id AND ${labelCondition(scope, key, value)})`;
  const isWhole = Array.from(comparison.value).length < HEAD_LENGTH;
  return isWhole ? hasHead : `${hasHead} AND ${text} = ${value}::text`;
}

function nameTagSql(comparison: Comparison, parameter: Parameter): string {
  if (comparison.kind === 'presence') return comparison.operator === 'IS NULL' ? 'FALSE' : 'TRUE';
  return textSql('run.name', asText(comparison), parameter);
}

function datasetCondition(comparison: Comparison, parameter: Parameter): string {
  const column = comparison.key === 'context' ? 'run_input.context' : `dataset.${DATASET_COLUMNS[comparison.key]}`;
  return textSql(column, asText(comparison), parameter);
}
const DATASET_COLUMNS: Record<string, string> = { name: 'name', digest: 'digest' };

function attributeSql(comparison: Comparison, parameter: Parameter): string {
  switch (comparison.key) {
    case 'status':
      return textSql('run.status', asText(comparison), parameter);
    case 'run_name':
      return textSql('run.name', asText(comparison), parameter);
    case 'user_id':
      return textSql('run.user_name', asText(comparison), parameter);
    case 'artifact_uri':
      return textSql(ARTIFACT_URI, asText(comparison), parameter);
    case 'run_id':
      return runIdSql(asText(comparison), parameter);
    case 'start_time':
    case 'end_time':
      if (comparison.kind === 'time') return timeSql(`run.${comparison.key}`, comparison, parameter);
      if (comparison.kind === 'presence') return `run.${comparison.key} ${comparison.operator}`;
      throw unmapped(comparison);
    default:
      throw unmapped(comparison);
  }
}

function runIdSql(comparison: TextComparison | ListComparison, parameter: Parameter): string {
  if (comparison.operator === 'LIKE' || comparison.operator === 'ILIKE') return textSql(HEX_ID, comparison, parameter);
  const values = comparison.kind === 'list' ? comparison.value : [comparison.value];
  // What is no id is the id of no run.
  const ids = `${parameter(values.filter((value) => RUN_ID.test(value)))}::uuid[]`;
  const isWanted = comparison.operator === '=' || comparison.operator === 'IN';
  return isWanted ? `run.id = ANY(${ids})` : `run.id <> ALL(${ids})`;
}

/** Both spellings of a run's name: as MLflow writes it, and with hyphens. */
const RUN_ID = /^[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}$/;

function asText(comparison: Comparison): TextComparison | ListComparison {
  if (comparison.kind === 'text' || comparison.kind === 'list') return comparison;
  throw unmapped(comparison);
}
