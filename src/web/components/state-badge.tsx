import type { RunStatus, TaskState } from '../api/client';
import { RUN_LOOK } from '../run-status';
import { STATE_LOOK } from '../task-state';
import { Icon } from './icon';
import styles from './state-badge.module.css';

const LOOK = { ...STATE_LOOK, ...RUN_LOOK };

/** A task's state or a run's status by icon, word and colour. */
export function StateBadge({ state }: { state: TaskState | RunStatus }) {
  const { icon, meaning } = LOOK[state];
  return (
    <span className={styles.badge} data-state={state} title={meaning}>
      <Icon name={icon} size={14} />
      {state}
    </span>
  );
}
