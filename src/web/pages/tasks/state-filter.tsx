import { Link } from '@tanstack/react-router';
import type { TaskCounts, TaskState } from '../../api/client';
import { Icon } from '../../components/icon';
import { formatCount } from '../../format';
import { STATE_LOOK, TASK_STATES } from '../../task-state';
import styles from './state-filter.module.css';

/** All tasks or those in one state, with how many there are of each. A choice is a link, so the address keeps it. */
export function StateFilter({ counts, chosen }: { counts?: TaskCounts; chosen?: TaskState }) {
  const total = counts && TASK_STATES.reduce((sum, state) => sum + counts[state], 0);
  return (
    <nav aria-label="Tasks by state">
      <ul className={styles.filter}>
        <li>
          <Choice chosen={chosen === undefined} count={total}>
            All
          </Choice>
        </li>
        {TASK_STATES.map((state) => (
          <li key={state}>
            <Choice state={state} chosen={chosen === state} count={counts?.[state]}>
              <Icon name={STATE_LOOK[state].icon} size={14} />
              {state}
            </Choice>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Choice(props: { state?: TaskState; chosen: boolean; count?: number; children: React.ReactNode }) {
  const { state, chosen, count, children } = props;
  return (
    <Link
      to="/"
      search={(search) => ({ ...search, state })}
      className={styles.choice}
      data-chosen={chosen}
      aria-current={chosen ? 'true' : undefined}
      resetScroll={false}
      title={state && STATE_LOOK[state].meaning}
    >
      {children}
      <span className={styles.count}>{count === undefined ? '…' : formatCount(count)}</span>
    </Link>
  );
}
