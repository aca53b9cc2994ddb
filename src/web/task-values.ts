import type { Experiment, TaskSummary } from './api/client';

/** Parts of a task's flat result that are neither parameter nor metric. */
const ABOUT_THE_TASK = ['date', 'request_id'];

/** The metrics of a finished task in the order of its experiment, the deciding one first. */
export function metricsOf(task: TaskSummary, experiments: Experiment[] | undefined): [string, unknown][] {
  const { result, input } = task;
  if (!result) return [];
  const experiment = experiments?.find(({ name }) => name === task.experiment);
  if (experiment) return experiment.metrics.map(({ name }) => [name, result[name]]);
  return Object.entries(result).filter(([key]) => !(key in input) && !ABOUT_THE_TASK.includes(key));
}
