import type { TaskState } from './api/client';
import type { IconName } from './components/icon';

/** In the order in which a task passes them. */
export const TASK_STATES: readonly TaskState[] = ['PENDING', 'STARTED', 'RETRY', 'SUCCESS', 'FAILURE', 'REVOKED'];

/** What a state looks like and means; never told by colour alone. */
export const STATE_LOOK: Record<TaskState, { icon: IconName; meaning: string }> = {
  PENDING: { icon: 'clock', meaning: 'waits for a worker' },
  STARTED: { icon: 'play', meaning: 'a worker executes it' },
  RETRY: { icon: 'retry', meaning: 'an attempt was lost, waits for the next one' },
  SUCCESS: { icon: 'check', meaning: 'finished with a result' },
  FAILURE: { icon: 'cross', meaning: 'ended with an error' },
  REVOKED: { icon: 'ban', meaning: 'cancelled' },
};

/** Nothing follows these. */
export function isFinal(state: TaskState): boolean {
  return state === 'SUCCESS' || state === 'FAILURE' || state === 'REVOKED';
}

export function isTaskState(value: unknown): value is TaskState {
  return TASK_STATES.some((state) => state === value);
}
