import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Run } from '../../api/client';
import { metricsQuery } from '../../api/queries';
import { ErrorCard } from '../../components/error-card';
import { FilteredCard } from '../../components/filtered-card';
import { Skeleton } from '../../components/skeleton';
import { useNameFilter } from '../../components/use-name-filter';
import { Charts } from './charts';
import { MetricTable } from './metric-table';

interface Props {
  run: Run;
  /** The last values stand on the page already, so a table of single points would say nothing new. */
  shownElsewhere: boolean;
  /** Stands before the charts: below many of them nobody would find it. */
  children: ReactNode;
}

export function Metrics({ run, shownElsewhere, children }: Props) {
  const { data: metrics, error, refetch } = useQuery(metricsQuery(run));
  const filter = useNameFilter(metrics ?? [], ({ key }) => key);
  const series = filter.shown.filter(({ count }) => count > 1);
  const saysMore = !shownElsewhere || filter.all.some(({ count }) => count > 1);
  return (
    <>
      {!metrics && error && <ErrorCard what="The metrics" error={error} onRetry={() => void refetch()} />}
      {!metrics && !error && <Skeleton lines={4} what="the metrics" />}
      {metrics && saysMore && (
        <FilteredCard title="Metrics" noun="metric" filter={filter}>
          <MetricTable metrics={filter.shown} />
        </FilteredCard>
      )}
      {children}
      {series.length > 0 && <Charts run={run} metrics={series} />}
    </>
  );
}
