import { below, experimentLocation } from '../runs/artifact-location.js';

/** What decides where the files of a model are. */
export interface ModelPlace {
  id: string;
  experimentId: number;
  /** Of its experiment; null = this server. */
  artifactLocation: string | null;
}

/** Where the files of a model are: below its experiment's location. */
export function modelLocation({ experimentId, artifactLocation, id }: ModelPlace): string {
  return below(experimentLocation(experimentId, artifactLocation), `models/${id}/artifacts`);
}
