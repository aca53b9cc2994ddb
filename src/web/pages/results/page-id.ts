import type { RunSummary } from '../../api/client';

/** The page of a task's run is known by the id of the task, as the task list links to it. */
export function pageIdOf({ run_id, task }: RunSummary): string {
  return task?.slice(task.lastIndexOf('/') + 1) ?? run_id;
}
