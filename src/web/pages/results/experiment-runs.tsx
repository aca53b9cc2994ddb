import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import type { Experiment, ExperimentRecord, RunPage } from '../../api/client';
import { runsQuery } from '../../api/queries';
import { EmptyState } from '../../components/empty-state';
import { ErrorCard } from '../../components/error-card';
import { ListEnd } from '../../components/list-end';
import { Skeleton } from '../../components/skeleton';
import { counted } from '../../format';
import { orderOf, sortOf } from '../../sort';
import { BestCards } from './best-cards';
import { ColumnChooser } from './column-chooser';
import { ExportLinks } from './export-links';
import { isAboutFilter } from './filter-error';
import { NoRuns } from './no-runs';
import styles from './results-page.module.css';
import { ResultsTable } from './results-table';
import { RunSearch } from './run-search';
import { useBestResults } from './use-best-results';
import { useColumns } from './use-columns';

/** The runs of one experiment. @param entry where the catalogue has it */
export function ExperimentRuns({ record, entry }: { record: ExperimentRecord; entry?: Experiment }) {
  const { filter = '', sort: by, order } = useSearch({ from: '/results' });
  const best = useBestResults(entry);
  const sort = sortOf(by, order);
  const list = useInfiniteQuery(runsQuery({ experiment: record.name, filter, sort }));
  const refused = isAboutFilter(list.error);
  const pages = refused ? undefined : list.data?.pages;
  const runs = pages?.flatMap((page) => page.runs);
  const columns = useColumns(record, entry, sort.by);
  const about = entry?.description ?? record.description;
  return (
    <>
      {about && <p className={styles.about}>{about}</p>}
      {entry && best.length > 0 && <BestCards best={best} entry={entry} />}
      <RunSearch filter={filter} error={refused ? list.error : null} />
      {list.error && !refused && !list.isFetchNextPageError && (
        <ErrorCard what="The results" error={list.error} onRetry={() => void list.refetch()} />
      )}
      <div className={styles.list} aria-busy={list.isPlaceholderData}>
        {!runs && !list.error && <Skeleton lines={8} what="the results" />}
        {runs?.length === 0 && filter === '' && <NoRuns name={record.name} entry={entry} />}
        {runs?.length === 0 && filter !== '' && (
          <EmptyState title="No run matches">Every run of {record.name} was looked at.</EmptyState>
        )}
        {pages && runs && runs.length > 0 && (
          <>
            <div className={styles.bar}>
              <span role="status">{matchesOf(pages[0].matches, filter !== '')}</span>
              <ExportLinks search={{ experiments: [record.name], filter, order_by: [orderOf(sort)] }} />
              {columns.known.length > 0 && <ColumnChooser experimentId={record.experiment_id} columns={columns} />}
            </div>
            <ResultsTable
              experiment={record.name}
              columns={columns.shown}
              runs={runs}
              best={best}
              sort={pages[0].sort}
            />
            <ListEnd
              shown={runs.length}
              noun="run"
              hasMore={list.hasNextPage}
              loading={list.isFetchingNextPage}
              error={list.isFetchNextPageError ? list.error : null}
              onMore={() => void list.fetchNextPage()}
            />
          </>
        )}
      </div>
    </>
  );
}

function matchesOf({ count, exact }: RunPage['matches'], filtered: boolean): string {
  const runs = counted(count, 'run');
  if (!exact) return `More than ${runs}`;
  if (!filtered) return runs;
  return `${runs} ${count === 1 ? 'matches' : 'match'}`;
}
