import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { MetricSummary, Run } from '../../api/client';
import { metricsQuery } from '../../api/queries';
import { Button } from '../../components/button';
import { Card } from '../../components/card';
import { ErrorCard } from '../../components/error-card';
import { Skeleton } from '../../components/skeleton';
import { counted, formatCount } from '../../format';
import { Charts } from './charts';
import { MetricTable } from './metric-table';
import styles from './metrics.module.css';

/** So many names need a box to find one; so many are drawn until somebody asks for all. */
const FILTERED_FROM = 8;
const SHOWN_METRICS = 200;

/** @param shownElsewhere the last values stand on the page already, so a table of single points would say nothing new */
export function Metrics({ run, shownElsewhere }: { run: Run; shownElsewhere: boolean }) {
  const { data: metrics, error, refetch } = useQuery(metricsQuery(run));
  if (error && !metrics) return <ErrorCard what="The metrics" error={error} onRetry={() => void refetch()} />;
  if (!metrics) return <Skeleton lines={4} what="the metrics" />;
  if (shownElsewhere && metrics.every(({ count }) => count === 1)) return null;
  return <MetricParts run={run} metrics={metrics} />;
}

function MetricParts({ run, metrics }: { run: Run; metrics: MetricSummary[] }) {
  const [wanted, setWanted] = useState('');
  const [all, setAll] = useState(false);
  const matching = metrics.filter(({ key }) => key.toLowerCase().includes(wanted.trim().toLowerCase()));
  const shown = all ? matching : matching.slice(0, SHOWN_METRICS);
  const series = shown.filter(({ count }) => count > 1);
  return (
    <>
      <Card title="Metrics" note={metrics.length > 0 && noteOf(matching.length, metrics.length)}>
        {metrics.length >= FILTERED_FROM && (
          <input
            type="search"
            className={styles.filter}
            value={wanted}
            onChange={({ target }) => setWanted(target.value)}
            placeholder="Part of a name"
            aria-label="Show metrics whose name contains"
          />
        )}
        {shown.length > 0 && <MetricTable metrics={shown} />}
        {shown.length === 0 && (
          <p className={styles.none}>{metrics.length === 0 ? 'None were logged.' : `No name contains ${wanted}.`}</p>
        )}
        {matching.length > shown.length && (
          <p className={styles.more}>
            <Button onClick={() => setAll(true)}>Show all {formatCount(matching.length)}</Button>
          </p>
        )}
      </Card>
      {series.length > 0 && <Charts run={run} metrics={series} />}
    </>
  );
}

function noteOf(matching: number, all: number): string {
  return matching === all ? counted(all, 'metric') : `${formatCount(matching)} of ${counted(all, 'metric')}`;
}
