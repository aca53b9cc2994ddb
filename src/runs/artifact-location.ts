import { runIdOf } from '../http/identifiers.js';

/** Where the artifacts of an experiment are: where it says, in the same words, else on this server under its number. */
export function experimentLocation(experimentId: number, artifactLocation: string | null): string {
  return artifactLocation || `mlflow-artifacts:/${experimentId}`;
}

/** What is below a location: a query stays at its end. */
export function below(location: string, path: string): string {
  const queryAt = location.includes('?') ? location.indexOf('?') : location.length;
  let end = queryAt;
  while (end > 0 && location[end - 1] === '/') end--;
  return `${location.slice(0, end)}/${path}${location.slice(queryAt)}`;
}

/** Where the artifacts of a run are: below its experiment's. `ARTIFACT_URI` of run-comparison.ts says the same in SQL. */
export function runLocation(run: { id: string; experimentId: number; artifactLocation: string | null }): string {
  return below(experimentLocation(run.experimentId, run.artifactLocation), `${runIdOf(run.id)}/artifacts`);
}
