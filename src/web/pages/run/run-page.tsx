import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { announce } from '../../announcer';
import { isNotFound } from '../../api/api-error';
import type { Run, Task } from '../../api/client';
import { runQuery, taskQuery } from '../../api/queries';
import { Card } from '../../components/card';
import { ErrorCard } from '../../components/error-card';
import { Skeleton } from '../../components/skeleton';
import { usePageTitle } from '../../page-title';
import { Artifacts } from './artifacts';
import { Datasets } from './datasets';
import { Failure } from './failure';
import { LoggedModels } from './logged-models';
import { MetricCards } from './metric-cards';
import { Metrics } from './metrics';
import { ModelCard } from './model-card';
import { Parameters } from './parameters';
import { RunHead } from './run-head';
import styles from './run-page.module.css';
import { Tags } from './tags';
import { TaskCards } from './task-cards';
import { Warnings } from './warnings';

export function RunPage() {
  const { id } = useParams({ from: '/runs/$id' });
  const found = useQuery(runQuery(id));
  const isTask = Boolean(found.data?.task);
  const filling = useQuery({ ...taskQuery(id), enabled: isTask });
  const { data: run } = found;
  const error = found.error ?? filling.error;
  const task = isTask ? filling.data : undefined;
  // What a task adds stands above the rest, so both come at once and nothing jumps.
  const complete = run && (!isTask || task || filling.error);
  // A run that was purged while somebody looked: what was known of it is true no more.
  const ready = complete && !isNotFound(error);
  usePageTitle((ready && run.name) || 'Run');
  useStatusAnnouncement(run?.name, task?.status ?? run?.status);
  const retry = () => void (found.error ? found : filling).refetch();
  return (
    <div className={styles.page}>
      {!ready && <h1>Run</h1>}
      {error && <ErrorCard what="This run" error={error} onRetry={retry} />}
      {!ready && !error && <Skeleton lines={8} what="the run" />}
      {ready && <RunParts key={run.run_id} run={run} task={task} />}
    </div>
  );
}

function RunParts({ run, task }: { run: Run; task?: Task }) {
  return (
    <>
      <RunHead run={run} task={task} />
      {run.note && (
        <Card title="Note">
          <p className={styles.note}>{run.note}</p>
        </Card>
      )}
      {task?.status === 'FAILURE' && <Failure task={task} />}
      {task && <Warnings warnings={task.warnings} />}
      {task?.result && <MetricCards task={task} />}
      <div className={styles.columns}>
        <div className={styles.main}>
          {task?.model && <ModelCard model={task.model} />}
          <Metrics run={run} shownElsewhere={Boolean(task?.result)}>
            <Artifacts run={run} />
          </Metrics>
        </div>
        <div className={styles.column}>
          <Parameters run={run} task={task} />
          {task && <TaskCards task={task} />}
          <Datasets datasets={run.datasets} />
          {/* Not above the charts, which it would move when it comes. */}
          <LoggedModels run={run} />
          <Tags tags={run.tags} />
        </div>
      </div>
    </>
  );
}

/** Only changes that happen while somebody looks; what a page shows at first is read anyway. */
function useStatusAnnouncement(name: string | undefined, status: string | undefined): void {
  const seen = useRef<string>(undefined);
  useEffect(() => {
    if (seen.current !== undefined && status !== undefined && seen.current !== status) announce(`${name}: ${status}`);
    seen.current = status;
  }, [status, name]);
}
