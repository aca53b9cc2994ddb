/** The tag by which MLflow's clients nest a run in another one. */
const PARENT = 'mlflow.parentRunId';

/** @returns the id of the run that one with these tags is nested in */
export function parentOf(tags: Record<string, string>): string | undefined {
  return tags[PARENT] || undefined;
}

/** Finds the runs that are nested in one. */
export function nestedRunsFilter(runId: string): string {
  return `tags.${PARENT} = '${runId}'`;
}
