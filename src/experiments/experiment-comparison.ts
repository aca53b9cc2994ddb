import { textSql, timeSql, unmapped } from '../search/comparison-sql.js';
import type { ComparisonSql } from '../search/compile.js';

/** How a comparison is said of the table `experiment`. */
export const experimentComparisonSql: ComparisonSql = (comparison, parameter) => {
  if (comparison.entity === 'tag') {
    const key = parameter(comparison.key);
    const tag = `(SELECT value FROM experiment_tag WHERE experiment_tag.experiment_id = experiment.id AND experiment_tag.key = ${key})`;
    if (comparison.kind === 'presence') return `${tag} ${comparison.operator}`;
    if (comparison.kind !== 'text') throw unmapped(comparison);
    return textSql(tag, comparison, parameter);
  }
  const isText = comparison.kind === 'text' || comparison.kind === 'list';
  if (isText && comparison.key === 'name') return textSql('experiment.name', comparison, parameter);
  if (isText && comparison.key === 'experiment_id') return textSql('experiment.id::text', comparison, parameter);
  if (comparison.kind === 'time' && comparison.key === 'creation_time') {
    return timeSql('experiment.created_at', comparison, parameter);
  }
  if (comparison.kind === 'time' && comparison.key === 'last_update_time') {
    return timeSql('experiment.updated_at', comparison, parameter);
  }
  throw unmapped(comparison);
};
