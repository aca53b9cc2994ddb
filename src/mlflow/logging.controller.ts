import { runIdOf } from '../http/identifiers.js';
import { DatasetRepository, type RunInputRecord } from '../runs/dataset.repository.js';
import { RunService } from '../runs/run.service.js';
import { RunLogService } from '../runs/run-log.service.js';
import { batchOf, metricOf } from './log-batch.js';
import { invalidParameter, WireError } from './wire-error.js';
import { Fields, type WireFields } from './wire-fields.js';
import { assertKey, assertLength, cut, LIMITS } from './wire-limits.js';
import { WireController, WireRoute } from './wire-route.js';
import { runIdOfRequest } from './wire-run-id.js';

const RUN_ID = /^[a-zA-Z0-9][\w-]{0,255}$/;

const DATASET_LIMITS = { name: 500, digest: 36, source: 65_535, schema: 1_048_575, profile: 16_777_215 };
const MODEL_FIELDS = ['artifact_path', 'flavors', 'utc_time_created', 'run_id'];
/** Characters of a text that is no model, in the message that says so. */
const SHOWN = 200;
const INPUT_TAG_LIMITS = { key: 255, value: 500 };

/** Logging to a run on the wire. */
@WireController('runs')
export class WireLoggingController {
  constructor(
    private readonly log: RunLogService,
    private readonly runs: RunService,
    private readonly datasets: DatasetRepository,
  ) {}

  @WireRoute('POST', 'log-metric')
  async logMetric(@Fields() fields: WireFields) {
    const runId = runIdOfRequest(fields);
    const metric = metricOf(fields);
    assertKey(metric.key, 'name');
    await this.log.append({ runId, metrics: [metric], parameters: [], tags: [] });
    return {};
  }

  @WireRoute('POST', 'log-parameter')
  async logParameter(@Fields() fields: WireFields) {
    const runId = runIdOfRequest(fields);
    const key = fields.requiredString('key');
    assertKey(key, 'key');
    const value = cut(fields.string('value'), LIMITS.parameterValue);
    await this.log.append({ runId, metrics: [], parameters: [[key, value]], tags: [] });
    return {};
  }

  @WireRoute('POST', 'log-batch')
  async logBatch(@Fields() fields: WireFields) {
    assertRunIdForm(fields);
    const batch = batchOf(fields);
    await this.log.append({ runId: runIdOfRequest(fields), ...batch });
    return {};
  }

  @WireRoute('POST', 'set-tag')
  async setTag(@Fields() fields: WireFields) {
    const runId = runIdOfRequest(fields);
    const key = fields.requiredString('key');
    assertKey(key, 'key');
    const value = cut(fields.string('value'), LIMITS.runTagValue);
    await this.log.append({ runId, metrics: [], parameters: [], tags: [[key, value]] });
    return {};
  }

  @WireRoute('POST', 'delete-tag')
  async deleteTag(@Fields() fields: WireFields) {
    const runId = runIdOfRequest(fields);
    const key = fields.requiredString('key');
    if (await this.runs.removeTag(runId, key)) return {};
    throw new WireError('RESOURCE_DOES_NOT_EXIST', `No tag with name: ${key} in run with id ${runIdOf(runId)}`);
  }

  /** Clients of MLflow 2; those of MLflow 3 make logged models. */
  @WireRoute('POST', 'log-model')
  async logModel(@Fields() fields: WireFields) {
    const runId = runIdOfRequest(fields);
    const model = modelOf(fields.requiredString('model_json'));
    await this.log.append({ runId, metrics: [], parameters: [], tags: [], model });
    return {};
  }

  @WireRoute('POST', 'log-inputs')
  async logInputs(@Fields() fields: WireFields) {
    assertRunIdForm(fields);
    const runId = runIdOfRequest(fields);
    const inputs = new Map<string, RunInputRecord>();
    for (const input of fields.messages('datasets')) {
      const record = inputOf(input);
      const name = JSON.stringify([record.dataset.name, record.dataset.digest]);
      // The first of those that name the same data set counts.
      if (!inputs.has(name)) inputs.set(name, record);
    }
    await this.runs.assertActive(runId);
    if (inputs.size > 0) await this.datasets.addInputs(runId, [...inputs.values()]);
    return {};
  }
}

/** @throws WireError for a text that describes no model */
function modelOf(text: string): object {
  const model = jsonOf(text);
  if (typeof model !== 'object' || model === null || Array.isArray(model)) {
    throw invalidParameter(`Malformed model info. \n ${text.slice(0, SHOWN)} \n is not a valid JSON.`);
  }
  const missing = MODEL_FIELDS.filter((name) => !Object.hasOwn(model, name));
  if (missing.length === 0) return model;
  throw invalidParameter(`Model json is missing mandatory fields: {${missing.map((name) => `'${name}'`).join(', ')}}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function assertRunIdForm(fields: WireFields): void {
  const given = fields.string('run_id') || fields.string('run_uuid');
  if (given !== '' && !RUN_ID.test(given)) throw invalidParameter(`Invalid run ID: '${given}'`);
}

function inputOf(fields: WireFields): RunInputRecord {
  const dataset = fields.message('dataset');
  for (const [name, limit] of Object.entries(DATASET_LIMITS)) {
    assertLength(dataset.string(name), limit, dataset.nameOf(name));
  }
  const tags = fields.messages('tags').map((tag): [string, string] => {
    const key = tag.requiredString('key');
    const value = tag.string('value');
    assertLength(key, INPUT_TAG_LIMITS.key, tag.nameOf('key'));
    assertLength(value, INPUT_TAG_LIMITS.value, tag.nameOf('value'));
    return [key, value];
  });
  return {
    tags: Object.fromEntries(tags),
    dataset: {
      name: dataset.string('name'),
      digest: dataset.string('digest'),
      sourceType: dataset.string('source_type'),
      source: dataset.string('source'),
      schema: dataset.optionalString('schema') ?? null,
      profile: dataset.optionalString('profile') ?? null,
    },
  };
}
