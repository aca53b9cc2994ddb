import type { Task } from '../../api/client';
import { Card } from '../../components/card';
import { Facts } from './facts';
import styles from './run-page.module.css';
import { Timeline } from './timeline';

/** How the task went that filled a run. */
export function TaskCards({ task }: { task: Task }) {
  return (
    <>
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
    </>
  );
}
