import { runIdOf } from '../http/identifiers.js';
import type { ModelStatus } from '../models/logged-model.entity.js';
import type { ModelRecord } from '../models/logged-model.repository.js';
import { modelLocation } from '../models/model-location.js';
import { modelIdOf } from '../models/model-refusals.js';
import type { ModelLink, RunModels } from '../models/run-model.repository.js';
import { enumNumber, type WireFields } from './wire-fields.js';
import { assertLength, LIMITS } from './wire-limits.js';
import { keyValues, listOf, wireNumber } from './wire-run.js';

/** With their numbers: their places in this list. */
const STATUSES = [undefined, 'PENDING', 'READY', 'UPLOAD_FAILED'] as const;

/** The status that a request names in full or by its number; undefined for what is none. */
export function modelStatusOf(given: unknown): ModelStatus | undefined {
  const number = enumNumber(given);
  if (number !== undefined) return STATUSES[number];
  return STATUSES.find((status) => status !== undefined && given === `LOGGED_MODEL_${status}`);
}

export function wireModel(model: ModelRecord) {
  return {
    info: {
      model_id: model.id,
      experiment_id: String(model.experimentId),
      name: model.name,
      creation_timestamp_ms: model.createdAt,
      last_updated_timestamp_ms: model.updatedAt,
      artifact_uri: modelLocation(model),
      status: `LOGGED_MODEL_${model.status}`,
      model_type: model.modelType,
      source_run_id: model.sourceRunId,
      tags: listOf(keyValues(model.tags)),
    },
    data: {
      params: listOf(keyValues(model.parameters)),
      metrics: listOf(
        model.metrics.map(([key, value, step, timestamp, runId, datasetName, datasetDigest]) => ({
          key,
          value: wireNumber(value),
          timestamp,
          step,
          dataset_name: datasetName || undefined,
          dataset_digest: datasetDigest || undefined,
          model_id: model.id,
          run_id: runIdOf(runId),
        })),
      ),
    },
  };
}

/** Parameters or tags of a model: unlike those of a run they may have any name and are never cut. @throws WireError */
export function modelLabelsOf(fields: WireFields, list: 'params' | 'tags'): [key: string, value: string][] {
  return fields.messages(list).map((label) => {
    const key = label.requiredString('key');
    assertLength(key, LIMITS.modelKey, label.nameOf('key'));
    return [key, label.string('value')];
  });
}

/** The models that a request gives to a run; of one that is named twice the last counts. @throws AppError, WireError */
export function modelLinksOf(fields: WireFields): ModelLink[] {
  const links = fields.messages('models').map((model) => {
    const step = model.integer('step') ?? 0;
    if (!Number.isSafeInteger(step)) throw model.invalid('step', step);
    return { modelId: modelIdOf(model.requiredString('model_id')), step };
  });
  return [...new Map(links.map((link) => [link.modelId, link])).values()];
}

export function wireModelInputs(models: RunModels | undefined) {
  return { model_inputs: listOf((models?.input ?? []).map(({ modelId }) => ({ model_id: modelId }))) };
}

export function wireModelOutputs(models: RunModels | undefined) {
  return { model_outputs: listOf((models?.output ?? []).map(({ modelId, step }) => ({ model_id: modelId, step }))) };
}
