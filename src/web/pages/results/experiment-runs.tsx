import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { Experiment, ExperimentRecord, RunPage } from '../../api/client';
import { keysQuery, runsQuery } from '../../api/queries';
import { EmptyState } from '../../components/empty-state';
import { ErrorCard } from '../../components/error-card';
import { ListEnd } from '../../components/list-end';
import { Skeleton } from '../../components/skeleton';
import { counted } from '../../format';
import { sortOf } from '../../sort';
import { BestCards } from './best-cards';
import { ColumnChooser } from './column-chooser';
import { columnsOf, shownAtFirst } from './columns';
import { isAboutFilter } from './filter-error';
import { NoRuns } from './no-runs';
import styles from './results-page.module.css';
import { ResultsTable } from './results-table';
import { RunSearch } from './run-search';
import { useBestResults } from './use-best-results';

/** The runs of one experiment. @param entry where the catalogue has it */
export function ExperimentRuns({ record, entry }: { record: ExperimentRecord; entry?: Experiment }) {
  const { filter = '', sort: by, order } = useSearch({ from: '/results' });
  const best = useBestResults(entry);
  const list = useInfiniteQuery(runsQuery({ experiment: record.name, filter, sort: sortOf(by, order) }));
  const refused = isAboutFilter(list.error);
  const pages = refused ? undefined : list.data?.pages;
  const runs = pages?.flatMap((page) => page.runs);
  const { columns, shown, choose } = useColumns(record, entry);
  const about = entry?.description ?? record.description;
  return (
    <>
      {about && <p className={styles.about}>{about}</p>}
      {best.length > 0 && <BestCards best={best} />}
      <RunSearch filter={filter} error={refused ? list.error : null} />
      {list.error && !refused && (
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
              {columns.length > 0 && <ColumnChooser columns={columns} shown={shown} onChange={choose} />}
            </div>
            <ResultsTable experiment={record.name} columns={shown} runs={runs} best={best} sort={pages[0].sort} />
            <ListEnd
              shown={runs.length}
              noun="run"
              hasMore={list.hasNextPage}
              loading={list.isFetchingNextPage}
              onMore={() => void list.fetchNextPage()}
            />
          </>
        )}
      </div>
    </>
  );
}

/** Those that somebody chose, or the first of each kind. */
function useColumns(record: ExperimentRecord, entry: Experiment | undefined) {
  const { data: parameters = [] } = useQuery(keysQuery(record.experiment_id, 'parameter'));
  const { data: metrics = [] } = useQuery(keysQuery(record.experiment_id, 'metric'));
  const [chosen, choose] = useState<string[]>();
  const columns = columnsOf(parameters, metrics, entry);
  const shown = chosen ? columns.filter(({ sort }) => chosen.includes(sort)) : shownAtFirst(columns);
  return { columns, shown, choose };
}

function matchesOf({ count, exact }: RunPage['matches'], filtered: boolean): string {
  const runs = counted(count, 'run');
  if (!exact) return `More than ${runs}`;
  if (!filtered) return runs;
  return `${runs} ${count === 1 ? 'matches' : 'match'}`;
}
