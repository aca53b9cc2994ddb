import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { announce } from '../../announcer';
import type { Task } from '../../api/client';
import { taskQuery } from '../../api/queries';
import { buttonClass } from '../../components/button';
import { Card } from '../../components/card';
import { ErrorCard } from '../../components/error-card';
import { Skeleton } from '../../components/skeleton';
import { StateBadge } from '../../components/state-badge';
import { usePageTitle } from '../../page-title';
import { Facts } from './facts';
import { Failure } from './failure';
import { MetricCards } from './metric-cards';
import { ModelCard } from './model-card';
import styles from './run-page.module.css';
import { Timeline } from './timeline';
import { Warnings } from './warnings';

export function RunPage() {
  const { id } = useParams({ from: '/runs/$id' });
  const { data: task, error, refetch } = useQuery(taskQuery(id));
  usePageTitle(task?.name ?? 'Run');
  useStateAnnouncement(task);
  return (
    <div className={styles.page}>
      {!task && <h1>Run</h1>}
      {error && <ErrorCard what="This run" error={error} onRetry={() => void refetch()} />}
      {!task && !error && <Skeleton lines={8} what="the run" />}
      {task && <Run task={task} />}
    </div>
  );
}

function Run({ task }: { task: Task }) {
  return (
    <>
      <header className={styles.head}>
        <div className={styles.title}>
          <p className={styles.trail}>
            <Link to="/results" search={{ experiment: task.experiment }}>
              {task.experiment}
            </Link>
          </p>
          <h1>{task.name}</h1>
          <StateBadge state={task.status} />
        </div>
        <Link to="/" search={{ start: task.experiment, input: task.input }} className={buttonClass('primary')}>
          Start again with these parameters
        </Link>
      </header>
      {task.status === 'FAILURE' && <Failure task={task} />}
      <Warnings warnings={task.warnings} />
      {task.result && <MetricCards task={task} />}
      <div className={styles.columns}>
        {task.model && <ModelCard model={task.model} />}
        <div className={styles.column}>
          <Card title="Parameters">
            <Facts facts={Object.entries(task.input)} mono />
          </Card>
          <Card title="Timeline">
            <Timeline task={task} />
          </Card>
          <Card title="Task">
            <Facts
              facts={[
                ['Task id', task.task_id],
                ['Run id', task.run_id],
                ['Attempts', task.attempt],
                ['Worker', task.worker ?? 'none yet'],
              ]}
            />
            <p className={styles.links}>
              <a href={`/task/${task.task_id}`}>This task as JSON</a>
            </p>
          </Card>
        </div>
      </div>
    </>
  );
}

/** Only changes that happen while somebody looks; what a page shows at first is read anyway. */
function useStateAnnouncement(task: Task | undefined): void {
  const seen = useRef<string>(undefined);
  const { status, name } = task ?? {};
  useEffect(() => {
    if (seen.current !== undefined && status !== undefined && seen.current !== status) announce(`${name}: ${status}`);
    seen.current = status;
  }, [status, name]);
}
