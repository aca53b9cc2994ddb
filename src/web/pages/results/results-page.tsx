import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Experiment } from '../../api/client';
import { experimentsQuery, resultsQuery } from '../../api/queries';
import { EmptyState } from '../../components/empty-state';
import { ErrorCard } from '../../components/error-card';
import { ListEnd } from '../../components/list-end';
import { Skeleton } from '../../components/skeleton';
import { curlOf } from '../../curl';
import { usePageTitle } from '../../page-title';
import { BestCards } from './best-cards';
import { columnsOf, NEWEST_FIRST } from './columns';
import styles from './results-page.module.css';
import { ResultsTable } from './results-table';
import { useBestResults } from './use-best-results';

export function ResultsPage() {
  usePageTitle('Results');
  const { experiment: wanted } = useSearch({ from: '/results' });
  const { data: experiments, error, refetch } = useQuery(experimentsQuery());
  const experiment = wanted === undefined ? experiments?.[0] : experiments?.find(({ name }) => name === wanted);
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <h1>Results</h1>
        {experiments && <ExperimentChooser experiments={experiments} chosen={experiment} />}
      </div>
      {error && <ErrorCard what="The experiments" error={error} onRetry={() => void refetch()} />}
      {!experiments && !error && <Skeleton lines={10} what="the results" />}
      {experiments && !experiment && (
        <EmptyState title={`There is no experiment ${wanted ?? ''}`}>Choose one of those above.</EmptyState>
      )}
      {experiment && <ExperimentResults key={experiment.name} experiment={experiment} />}
    </div>
  );
}

function ExperimentChooser({ experiments, chosen }: { experiments: Experiment[]; chosen?: Experiment }) {
  const navigate = useNavigate({ from: '/results' });
  return (
    <label className={styles.chooser}>
      <span className="visually-hidden">Experiment</span>
      <select
        value={chosen?.name ?? ''}
        // Sorting by what the other experiment may not have would be refused, so only the experiment is kept.
        onChange={({ target }) => void navigate({ search: { experiment: target.value } })}
      >
        {!chosen && <option value="">Choose …</option>}
        {experiments.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

function ExperimentResults({ experiment }: { experiment: Experiment }) {
  const search = useSearch({ from: '/results' });
  const known = search.sort === 'done' || columnsOf(experiment).some(({ sort }) => sort === search.sort);
  const sort = known && search.sort ? search.sort : NEWEST_FIRST.sort;
  const order = search.order ?? NEWEST_FIRST.order;
  const best = useBestResults(experiment);
  const list = useInfiniteQuery(resultsQuery(experiment.name, sort, order));
  const results = list.data?.pages.flatMap((page) => page.results);
  return (
    <>
      <p className={styles.about}>{experiment.description}</p>
      {best.length > 0 && <BestCards best={best} />}
      {list.error && <ErrorCard what="The results" error={list.error} onRetry={() => void list.refetch()} />}
      <div className={styles.list} aria-busy={list.isPlaceholderData}>
        {!results && !list.error && <Skeleton lines={8} what="the results" />}
        {results?.length === 0 && <NoResults experiment={experiment} />}
        {results && results.length > 0 && (
          <>
            <ResultsTable experiment={experiment} results={results} best={best} sort={sort} order={order} />
            <ListEnd
              shown={results.length}
              noun="result"
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

function NoResults({ experiment }: { experiment: Experiment }) {
  return (
    <EmptyState
      title="No results yet"
      command={curlOf({ method: 'POST', url: experiment.url, body: experiment.example })}
    >
      Every task of {experiment.name} that ends in SUCCESS becomes a row here.
    </EmptyState>
  );
}
