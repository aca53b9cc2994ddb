import { isFinal, runStatusOf, sourcesOf, TASK_STATES, type TaskState } from '../src/tasks/task-state.js';

/** Every change that may happen, as the design describes it. */
const ALLOWED: [TaskState, TaskState][] = [
  ['PENDING', 'STARTED'],
  ['PENDING', 'REVOKED'],
  ['STARTED', 'SUCCESS'],
  ['STARTED', 'FAILURE'],
  ['STARTED', 'RETRY'],
  ['STARTED', 'PENDING'],
  ['STARTED', 'REVOKED'],
  ['RETRY', 'STARTED'],
  ['RETRY', 'REVOKED'],
];
const PAIRS = TASK_STATES.flatMap((from) => TASK_STATES.map((to): [TaskState, TaskState] => [from, to]));
const isAllowed = ([from, to]: [TaskState, TaskState]) => ALLOWED.some(([a, b]) => a === from && b === to);

describe('the states of a task', () => {
  it.each(PAIRS.filter(isAllowed))('let %s become %s', (from, to) => {
    expect(sourcesOf(to)).toContain(from);
  });

  it.each(PAIRS.filter((pair) => !isAllowed(pair)))('never let %s become %s', (from, to) => {
    expect(sourcesOf(to)).not.toContain(from);
  });

  it('are final for SUCCESS, FAILURE and REVOKED only', () => {
    expect(TASK_STATES.filter(isFinal)).toEqual(['SUCCESS', 'FAILURE', 'REVOKED']);
  });

  it('reach an end only through an execution, or by being revoked', () => {
    for (const end of ['SUCCESS', 'FAILURE'] as const) expect(sourcesOf(end)).toEqual(['STARTED']);
    expect(sourcesOf('REVOKED')).toEqual(['PENDING', 'STARTED', 'RETRY']);
  });

  it('let a task come to an end from wherever it is', () => {
    const reachable = new Set<TaskState>(TASK_STATES.filter(isFinal));
    for (let grown = 0; grown !== reachable.size; ) {
      grown = reachable.size;
      for (const to of reachable) for (const from of sourcesOf(to)) reachable.add(from);
    }
    expect([...reachable].toSorted()).toEqual([...TASK_STATES].toSorted());
  });

  it.each([
    ['PENDING', 'SCHEDULED'],
    ['RETRY', 'SCHEDULED'],
    ['STARTED', 'RUNNING'],
    ['SUCCESS', 'FINISHED'],
    ['FAILURE', 'FAILED'],
    ['REVOKED', 'KILLED'],
  ] as const)('make the run of a task that is %s %s', (state, status) => {
    expect(runStatusOf(state)).toBe(status);
  });
});
