import { Link } from '@tanstack/react-router';
import type { Experiment, TaskSummary } from '../../api/client';
import { Age, Elapsed } from '../../components/age';
import { Icon } from '../../components/icon';
import { StateBadge } from '../../components/state-badge';
import { NamedValues } from '../../components/values';
import { counted, formatDuration } from '../../format';
import { metricsOf } from '../../task-values';
import styles from './task-table.module.css';

interface Props {
  tasks: TaskSummary[];
  experiments?: Experiment[];
  /** Shown as new. */
  startedId?: string;
}

/** A row a task; where there is no room for columns, a card a task. */
export function TaskTable({ tasks, experiments, startedId }: Props) {
  return (
    <table className={styles.table}>
      <caption className="visually-hidden">Tasks, newest first</caption>
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Task</th>
          <th scope="col">Input</th>
          <th scope="col">Result</th>
          <th scope="col" className={styles.number}>
            Wait
          </th>
          <th scope="col" className={styles.number}>
            Runtime
          </th>
          <th scope="col" className={styles.number}>
            Created
          </th>
        </tr>
      </thead>
      <tbody>
        {tasks.map((task) => (
          <tr key={task.task_id} data-fresh={task.task_id === startedId}>
            <td className={styles.state}>
              <StateBadge state={task.status} />
            </td>
            <th scope="row" className={styles.task}>
              <Link to="/runs/$id" params={{ id: task.task_id }} className={styles.name}>
                {task.name}
              </Link>
              <span className={styles.experiment}>{task.experiment}</span>
            </th>
            <td className={styles.input}>
              <NamedValues values={Object.entries(task.input)} />
            </td>
            <td className={styles.result}>
              <Outcome task={task} experiments={experiments} />
            </td>
            <td className={styles.number} data-label="Wait">
              {formatDuration(task.wait_seconds)}
            </td>
            <td className={styles.number} data-label="Runtime">
              <Runtime task={task} />
            </td>
            <td className={styles.age}>
              <Age at={task.created_at} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Outcome({ task, experiments }: { task: TaskSummary; experiments?: Experiment[] }) {
  const metrics = metricsOf(task, experiments);
  return (
    <>
      {metrics.length > 0 && <NamedValues values={metrics} padded />}
      {task.error && (
        <span className={styles.error} title={task.error}>
          {task.error}
        </span>
      )}
      {task.warnings.length > 0 && (
        <span className={styles.warning} title={task.warnings.join('\n')}>
          <Icon name="warning" size={14} />
          {counted(task.warnings.length, 'warning')}
        </span>
      )}
      {metrics.length === 0 && !task.error && <span className={styles.none}>–</span>}
    </>
  );
}

function Runtime({ task }: { task: TaskSummary }) {
  if (task.run_seconds !== null) return formatDuration(task.run_seconds);
  return task.status === 'STARTED' && task.started_at ? <Elapsed since={task.started_at} /> : '–';
}
