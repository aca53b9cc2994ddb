import { runIdOf } from '../http/identifiers.js';
import type { RunPlace } from './artifact.repository.js';
import { type ArtifactPath, checkedPath } from './artifact-path.js';

/** The scheme of what this server keeps; with a host behind it, another server is meant. */
const OURS = /^mlflow-artifacts:\/(?!\/)/;

/** Where the files of a run are. */
export interface RunLocation {
  /** As clients are told. */
  uri: string;
  /** Absent where its experiment keeps files elsewhere. */
  root?: ArtifactPath;
}

/** @param runId with or without hyphens */
export function locationOf(runId: string, { experimentId, artifactLocation }: RunPlace): RunLocation {
  const location = (artifactLocation || `mlflow-artifacts:/${experimentId}`).replace(/\/+$/, '');
  const uri = `${location}/${runIdOf(runId)}/artifacts`;
  return { uri, root: ourPath(uri) };
}

/** What clients make of an address of ours: its path, which the router decodes once. */
function ourPath(uri: string): ArtifactPath | undefined {
  if (!OURS.test(uri)) return undefined;
  try {
    return checkedPath(decodeURIComponent(uri.replace(OURS, '')));
  } catch {
    return undefined;
  }
}
