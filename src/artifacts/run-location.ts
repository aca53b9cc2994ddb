import { runLocation } from '../runs/artifact-location.js';
import type { RunPlace } from './artifact.repository.js';
import { type ArtifactPath, checkedPath, INCOMING } from './artifact-path.js';

/** The scheme of what this server keeps; with a host behind it, another server is meant. */
const OURS = /^mlflow-artifacts:\/(?!\/)/;

/** Where files are. */
export interface FilesLocation {
  /** As clients are told. */
  uri: string;
  /** Absent where that is not on this server. */
  root?: ArtifactPath;
}

/** @param runId with or without hyphens */
export function locationOf(runId: string, place: RunPlace): FilesLocation {
  return locationAt(runLocation({ ...place, id: runId }));
}

export function locationAt(uri: string): FilesLocation {
  return { uri, root: ourPath(uri) };
}

/** What clients make of an address of ours: its path, which the router decodes once. */
function ourPath(uri: string): ArtifactPath | undefined {
  if (!OURS.test(uri)) return undefined;
  try {
    const path = checkedPath(decodeURIComponent(uri.replace(OURS, '')));
    return path[0] === INCOMING ? undefined : path;
  } catch {
    return undefined;
  }
}
