import type { ReactNode } from 'react';
import type { Task } from '../../api/client';
import { Elapsed } from '../../components/age';
import { Icon, type IconName } from '../../components/icon';
import { formatDuration, formatTime } from '../../format';
import { isFinal, STATE_LOOK } from '../../task-state';
import styles from './timeline.module.css';

/** From the submission to the end, with how long each part took. */
export function Timeline({ task }: { task: Task }) {
  const { status, created_at, started_at, done_at, wait_seconds, run_seconds } = task;
  const ran = run_seconds !== null ? formatDuration(run_seconds) : started_at && <Elapsed since={started_at} />;
  return (
    <ol className={styles.timeline}>
      <Step icon="clock" title="Created" at={created_at} />
      <Span>
        {started_at || isFinal(status) ? 'waited' : 'waiting for'} {formatDuration(wait_seconds)}
      </Span>
      {started_at && <Step icon="play" title={`Started, attempt ${task.attempt}`} at={started_at} />}
      {started_at && (
        <Span>
          {done_at ? 'ran' : 'running for'} {ran}
        </Span>
      )}
      {done_at && <Step icon={STATE_LOOK[status].icon} title={status} at={done_at} />}
    </ol>
  );
}

function Step({ icon, title, at }: { icon: IconName; title: string; at: string }) {
  return (
    <li className={styles.step}>
      <Icon name={icon} />
      <span className={styles.title}>{title}</span>
      <time dateTime={at} title={at} className={styles.time}>
        {formatTime(at)}
      </time>
    </li>
  );
}

function Span({ children }: { children: ReactNode }) {
  return <li className={styles.span}>{children}</li>;
}
