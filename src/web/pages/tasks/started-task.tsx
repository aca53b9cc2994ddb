import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { announce } from '../../announcer';
import { taskQuery } from '../../api/queries';
import { StateBadge } from '../../components/state-badge';
import { isFinal } from '../../task-state';
import styles from './started-task.module.css';

/** What became of the task that was just started; brings the lists up to date when it ends. */
export function StartedTask({ id }: { id: string }) {
  const { data: task } = useQuery(taskQuery(id));
  const queries = useQueryClient();
  const name = task?.name;
  const end = task && isFinal(task.status) ? task.status : undefined;
  useEffect(() => {
    if (!end) return;
    announce(`Task ${name}: ${end}`);
    for (const key of ['tasks', 'task-counts', 'results']) void queries.invalidateQueries({ queryKey: [key] });
  }, [end, name, queries]);
  return (
    <p className={styles.started}>
      <span>
        Started{' '}
        <Link to="/runs/$id" params={{ id }}>
          {name ?? id.slice(-8)}
        </Link>
      </span>
      {task && <StateBadge state={task.status} />}
    </p>
  );
}
