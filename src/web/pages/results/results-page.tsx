import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { experimentRecordsQuery, experimentsQuery, latestExperimentQuery } from '../../api/queries';
import { EmptyState } from '../../components/empty-state';
import { ErrorCard } from '../../components/error-card';
import { Skeleton } from '../../components/skeleton';
import { usePageTitle } from '../../page-title';
import { ExperimentChooser } from './experiment-chooser';
import { ExperimentRuns } from './experiment-runs';
import { NoRuns } from './no-runs';
import styles from './results-page.module.css';

export function ResultsPage() {
  usePageTitle('Results');
  const { experiment: wanted } = useSearch({ from: '/results' });
  const catalogue = useQuery(experimentsQuery());
  const kept = useQuery(experimentRecordsQuery());
  const latest = useQuery({ ...latestExperimentQuery(), enabled: wanted === undefined });
  const error = catalogue.error ?? kept.error;
  const ready = catalogue.data && kept.data && !latest.isLoading;
  // One of the catalogue is there before its first run.
  const names = ready ? namesOf(catalogue.data, kept.data) : [];
  const name = names.find((one) => one === (wanted ?? latest.data)) ?? (wanted === undefined ? names[0] : undefined);
  const entry = catalogue.data?.find((one) => one.name === name);
  const record = kept.data?.find((one) => one.name === name);
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <h1>Results</h1>
        {ready && <ExperimentChooser names={names} chosen={name} />}
      </div>
      {error && <ErrorCard what="The experiments" error={error} onRetry={() => void refetchBoth()} />}
      {!ready && !error && <Skeleton lines={10} what="the results" />}
      {ready && name === undefined && (
        <EmptyState title={`There is no experiment ${wanted ?? ''}`}>Choose one of those above.</EmptyState>
      )}
      {record && ready && <ExperimentRuns key={record.experiment_id} record={record} entry={entry} />}
      {ready && name !== undefined && !record && <NoRuns name={name} entry={entry} />}
    </div>
  );

  async function refetchBoth() {
    await Promise.all([catalogue.refetch(), kept.refetch()]);
  }
}

/** Those of the catalogue first, then the newest. */
function namesOf(...lists: { name: string }[][]): string[] {
  return [...new Set(lists.flat().map(({ name }) => name))];
}
