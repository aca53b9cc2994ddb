import type { RunStatus } from '../runs/run.entity.js';

/** Celery's states. */
export const TASK_STATES = ['PENDING', 'STARTED', 'RETRY', 'SUCCESS', 'FAILURE', 'REVOKED'] as const;
export type TaskState = (typeof TASK_STATES)[number];

/** The only state changes there are; repositories build their WHERE clauses from this table. */
const TRANSITIONS: Record<TaskState, readonly TaskState[]> = {
  // A claim. Giving a task back untouched makes it PENDING again; a lost worker or child makes it RETRY.
  PENDING: ['STARTED', 'REVOKED'],
  STARTED: ['SUCCESS', 'FAILURE', 'RETRY', 'PENDING', 'REVOKED'],
  RETRY: ['STARTED', 'REVOKED'],
  SUCCESS: [],
  FAILURE: [],
  REVOKED: [],
};

const RUN_STATUS: Record<TaskState, RunStatus> = {
  PENDING: 'SCHEDULED',
  RETRY: 'SCHEDULED',
  STARTED: 'RUNNING',
  SUCCESS: 'FINISHED',
  FAILURE: 'FAILED',
  REVOKED: 'KILLED',
};

/** The states from which a task may reach `to`. */
export function sourcesOf(to: TaskState): TaskState[] {
  return TASK_STATES.filter((from) => TRANSITIONS[from].includes(to));
}

/** Nothing follows these. */
export function isFinal(state: TaskState): boolean {
  return TRANSITIONS[state].length === 0;
}

/** What the run of a task in this state says. */
export function runStatusOf(state: TaskState): RunStatus {
  return RUN_STATUS[state];
}
