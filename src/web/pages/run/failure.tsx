import type { Task } from '../../api/client';
import { Card } from '../../components/card';
import styles from './failure.module.css';

export function Failure({ task }: { task: Task }) {
  return (
    <Card title="Why it failed">
      <p className={styles.error}>{task.error ?? 'The worker gave no reason.'}</p>
      {task.traceback && (
        <details className={styles.more}>
          <summary>Traceback</summary>
          <pre className={styles.traceback}>
            <code>{task.traceback}</code>
          </pre>
        </details>
      )}
    </Card>
  );
}
