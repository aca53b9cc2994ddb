import type { ExperimentRecord } from '../experiments/experiment.repository.js';
import { LARGEST_ID } from '../experiments/experiment.schema.js';
import { experimentLocation } from '../runs/artifact-location.js';
import { invalidParameter } from './wire-error.js';
import { keyValues, listOf } from './wire-run.js';

export function wireExperiment(experiment: ExperimentRecord) {
  return {
    experiment_id: String(experiment.id),
    name: experiment.name,
    artifact_location: experimentLocation(experiment.id, experiment.artifactLocation),
    lifecycle_stage: experiment.lifecycle,
    last_update_time: experiment.updatedAt,
    creation_time: experiment.createdAt,
    tags: listOf(keyValues(experiment.tags)),
  };
}

/** @throws WireError for a text that is no id of an experiment */
export function experimentIdOf(text: string): number {
  if (!/^-?\d+$/.test(text)) {
    throw invalidParameter(`Invalid experiment ID '${text}'. Experiment ID must be a valid integer.`);
  }
  // Others belong to no experiment; the database would refuse them.
  return Math.max(Math.min(Number(text), LARGEST_ID), -1);
}
