import { useQueries } from '@tanstack/react-query';
import type { Experiment, Metric, Result } from '../../api/client';
import { bestQuery } from '../../api/queries';

export interface BestResult {
  metric: Metric;
  result: Result;
  value: number;
}

/** The best result by each metric that has one; a metric that came out as NaN is never the best. */
export function useBestResults(experiment: Experiment | undefined): BestResult[] {
  const metrics = experiment?.metrics ?? [];
  const answers = useQueries({ queries: metrics.map((metric) => bestQuery(experiment?.name ?? '', metric)) });
  return metrics.flatMap((metric, i) => {
    const result = answers[i]?.data;
    const value = result?.metrics[metric.name];
    return result && typeof value === 'number' ? [{ metric, result, value }] : [];
  });
}
