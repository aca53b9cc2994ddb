import { useQueries } from '@tanstack/react-query';
import type { Experiment, Metric, MetricValue, RunSummary } from '../../api/client';
import { bestQuery } from '../../api/queries';

export interface BestResult {
  metric: Metric;
  run: RunSummary;
  value: MetricValue;
}

/** The best run by each metric that has one. */
export function useBestResults(experiment: Experiment | undefined): BestResult[] {
  const metrics = experiment?.metrics ?? [];
  const answers = useQueries({ queries: metrics.map((metric) => bestQuery(experiment?.name ?? '', metric)) });
  return metrics.flatMap((metric, i) => {
    const best = answers[i]?.data;
    return best ? [{ metric, ...best }] : [];
  });
}
