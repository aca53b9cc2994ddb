import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { TaskState } from '../../api/client';
import { countsQuery, experimentsQuery, tasksQuery } from '../../api/queries';
import { EmptyState } from '../../components/empty-state';
import { ErrorCard } from '../../components/error-card';
import { Icon } from '../../components/icon';
import { ListEnd } from '../../components/list-end';
import { Skeleton } from '../../components/skeleton';
import { curlOf } from '../../curl';
import { usePageTitle } from '../../page-title';
import { StartForm } from './start-form';
import { StateFilter } from './state-filter';
import { TaskTable } from './task-table';
import styles from './tasks-page.module.css';

/** From here on the form stands beside the list instead of above it; the same width as in tasks-page.module.css. */
const WIDE = '(min-width: 68rem)';

export function TasksPage() {
  usePageTitle('Tasks');
  const { state } = useSearch({ from: '/' });
  const [startedId, setStartedId] = useState<string>();
  return (
    <div className={styles.page}>
      <StartPanel startedId={startedId} onStarted={setStartedId} />
      <section className={styles.tasks}>
        <h1>Tasks</h1>
        <TaskList state={state} startedId={startedId} />
      </section>
    </div>
  );
}

function StartPanel({ startedId, onStarted }: { startedId?: string; onStarted: (id: string) => void }) {
  const { start, input } = useSearch({ from: '/' });
  const navigate = useNavigate({ from: '/' });
  const { data: experiments, error, refetch } = useQuery(experimentsQuery());
  const [openAtFirst] = useState(() => start !== undefined || matchMedia(WIDE).matches);
  const experiment = experiments?.find(({ name }) => name === start) ?? experiments?.[0];
  return (
    <details className={styles.panel} open={openAtFirst}>
      <summary className={styles.summary}>
        <h2>Start a task</h2>
        <Icon name="chevron" />
      </summary>
      <div className={styles.form}>
        {error && <ErrorCard what="The experiments" error={error} onRetry={() => void refetch()} />}
        {!error && !experiment && <Skeleton lines={6} what="the experiments" />}
        {experiments && experiment && (
          <StartForm
            key={`${experiment.name} ${JSON.stringify(input)}`}
            experiments={experiments}
            experiment={experiment}
            prefilled={input}
            startedId={startedId}
            onStarted={onStarted}
            onChoose={(name) =>
              void navigate({ search: (search) => ({ ...search, start: name, input: undefined }), resetScroll: false })
            }
          />
        )}
      </div>
    </details>
  );
}

function TaskList({ state, startedId }: { state?: TaskState; startedId?: string }) {
  const counts = useQuery(countsQuery());
  const experiments = useQuery(experimentsQuery());
  const list = useInfiniteQuery(tasksQuery(state, counts.data));
  const tasks = list.data?.pages.flatMap((page) => page.tasks);
  return (
    <>
      <StateFilter counts={counts.data} chosen={state} />
      {list.error && !list.isFetchNextPageError && (
        <ErrorCard what="The tasks" error={list.error} onRetry={() => void list.refetch()} />
      )}
      <div className={styles.list} aria-busy={list.isPlaceholderData}>
        {!tasks && !list.error && <Skeleton lines={8} what="the tasks" />}
        {tasks && tasks.length > 0 && <TaskTable tasks={tasks} experiments={experiments.data} startedId={startedId} />}
        {tasks?.length === 0 && <NoTasks state={state} />}
        {tasks && tasks.length > 0 && (
          <ListEnd
            shown={tasks.length}
            noun="task"
            hasMore={list.hasNextPage}
            loading={list.isFetchingNextPage}
            error={list.isFetchNextPageError ? list.error : null}
            onMore={() => void list.fetchNextPage()}
          />
        )}
      </div>
    </>
  );
}

function NoTasks({ state }: { state?: TaskState }) {
  const { data: experiments } = useQuery(experimentsQuery());
  if (state)
    return <EmptyState title={`No task is ${state}`}>Tasks in this state appear here by themselves.</EmptyState>;
  const example = experiments?.[0];
  const command = example && curlOf({ method: 'POST', url: example.url, body: example.example });
  return (
    <EmptyState title="No tasks yet" command={command}>
      Start the first one with the form, or from anywhere that speaks HTTP. It appears here by itself.
    </EmptyState>
  );
}
