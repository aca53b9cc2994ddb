import type { RunStatus } from './api/client';
import type { IconName } from './components/icon';

/** What a run's status looks like and means; never told by colour alone. */
export const RUN_LOOK: Record<RunStatus, { icon: IconName; meaning: string }> = {
  SCHEDULED: { icon: 'clock', meaning: 'has not begun' },
  RUNNING: { icon: 'play', meaning: 'logs, or was never ended' },
  FINISHED: { icon: 'check', meaning: 'ended well' },
  FAILED: { icon: 'cross', meaning: 'ended with an error' },
  KILLED: { icon: 'ban', meaning: 'was ended by somebody' },
};

/** Nothing follows these by itself. */
export function isOver(status: RunStatus): boolean {
  return status === 'FINISHED' || status === 'FAILED' || status === 'KILLED';
}
