import type { TaskState } from '../api/client';
import { STATE_LOOK } from '../task-state';
import { Icon } from './icon';
import styles from './state-badge.module.css';

/** A task's state by icon, word and colour. */
export function StateBadge({ state }: { state: TaskState }) {
  const { icon, meaning } = STATE_LOOK[state];
  return (
    <span className={styles.badge} data-state={state} title={meaning}>
      <Icon name={icon} size={14} />
      {state}
    </span>
  );
}
