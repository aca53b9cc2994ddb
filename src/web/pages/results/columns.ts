import type { Experiment, Metric, Result } from '../../api/client';

/** A column of the results, and what the server calls sorting by it. */
export interface Column {
  /** Of the server: `parameters.<name>`, `metrics.<name>` or `done`. */
  sort: string;
  title: string;
  about?: string;
  /** What a first click on it shows on top. */
  firstOrder: 'asc' | 'desc';
  /** Of a metric's column. */
  metric?: Metric;
  read: (result: Result) => unknown;
}

export const NEWEST_FIRST = { sort: 'done', order: 'desc' } as const;

export function columnsOf({ parameters, metrics }: Experiment): Column[] {
  const names = Object.keys((parameters.properties ?? {}) as Record<string, unknown>);
  return [
    ...names.map(
      (name): Column => ({
        sort: `parameters.${name}`,
        title: name,
        firstOrder: 'asc',
        read: (result) => result.parameters[name],
      }),
    ),
    ...metrics.map(
      (metric): Column => ({
        sort: `metrics.${metric.name}`,
        title: metric.name,
        about: `${metric.description}; ${metric.better} is better`,
        firstOrder: metric.better === 'lower' ? 'asc' : 'desc',
        metric,
        read: (result) => result.metrics[metric.name],
      }),
    ),
  ];
}
