import { runIdOf } from '../http/identifiers.js';

/** Where the artifacts of an experiment are: where it says, else on this server under its number. Without a slash at its end. */
export function experimentLocation(experimentId: number, artifactLocation: string | null): string {
  return (artifactLocation || `mlflow-artifacts:/${experimentId}`).replace(/\/+$/, '');
}

/** Where the artifacts of a run are: below its experiment's. `ARTIFACT_URI` of run-comparison.ts says the same in SQL. */
export function runLocation(run: { id: string; experimentId: number; artifactLocation: string | null }): string {
  return `${experimentLocation(run.experimentId, run.artifactLocation)}/${runIdOf(run.id)}/artifacts`;
}
