import { runIdOf } from '../http/identifiers.js';
import { ListReader } from '../http/list-reader.js';
import { Settings } from '../http/route-settings.js';
import { ModelLogService } from '../models/model-log.service.js';
import { RunModelRepository } from '../models/run-model.repository.js';
import { DatasetRepository, type RunInputRecord } from '../runs/dataset.repository.js';
import { NewMetrics } from '../runs/new-metrics.js';
import { RunService } from '../runs/run.service.js';
import { RUN_NAME_TAG } from '../runs/run-name.js';
import { ParameterChanged } from '../runs/run-refusals.js';
import { batchOf, changedInBatch, loneMetricOf, PARAMETER_KEY } from './log-batch.js';
import { readMetrics } from './metric-reader.js';
import { invalidParameter, WireError } from './wire-error.js';
import { Fields, type WireFields } from './wire-fields.js';
import { assertKey, assertLength, cut, LIMITS } from './wire-limits.js';
import { BatchLog, InputLog, MetricLog, ParameterLog, TagChoice, TagLog } from './wire-log.schema.js';
import { modelLinksOf } from './wire-model.js';
import { WireController, WireRoute } from './wire-route.js';
import { runIdOfRequest } from './wire-run-id.js';

const RUN_ID = /^[a-zA-Z0-9][\w-]{0,255}$/;

const DATASET_LIMITS = {
  name: LIMITS.datasetName,
  digest: LIMITS.datasetDigest,
  source: 65_535,
  schema: 1_048_575,
  profile: 16_777_215,
};
const INPUT_TAG_LIMITS = { key: 255, value: 500 };

/** Logging to a run on the wire. */
@WireController('runs')
export class WireLoggingController {
  constructor(
    private readonly log: ModelLogService,
    private readonly runs: RunService,
    private readonly datasets: DatasetRepository,
    private readonly models: RunModelRepository,
  ) {}

  @WireRoute('POST', 'log-metric', {
    summary: 'Log a value of a metric',
    description: 'The same value again changes nothing.',
    body: MetricLog,
  })
  async logMetric(@Fields() fields: WireFields) {
    const runId = runIdOfRequest(fields);
    const { metrics, measured } = loneMetricOf(fields);
    await this.log.append({ runId, metrics, parameters: [], tags: [] }, measured);
    return {};
  }

  @WireRoute('POST', 'log-parameter', {
    summary: 'Log a parameter',
    description: 'Written once: another value is an error.',
    body: ParameterLog,
  })
  async logParameter(@Fields() fields: WireFields) {
    const runId = runIdOfRequest(fields);
    const key = fields.requiredString('key');
    assertKey(key, 'key', PARAMETER_KEY);
    const value = cut(fields.string('value'), LIMITS.parameterValue);
    await this.log.append({ runId, metrics: new NewMetrics(), parameters: [[key, value]], tags: [] });
    return {};
  }

  @WireRoute('POST', 'log-batch', {
    summary: 'Log metrics, parameters and tags',
    description: 'At most 1,000 in all. Everything is stored, or nothing.',
    body: BatchLog,
  })
  @Settings({ listReader: new ListReader('metrics', readMetrics) })
  async logBatch(@Fields() fields: WireFields) {
    assertRunIdForm(fields);
    const { measured, ...batch } = batchOf(fields);
    try {
      await this.log.append({ runId: runIdOfRequest(fields), ...batch }, measured);
    } catch (error) {
      throw error instanceof ParameterChanged ? changedInBatch(error) : error;
    }
    return {};
  }

  @WireRoute('POST', 'set-tag', { summary: 'Set a tag of a run', body: TagLog })
  async setTag(@Fields() fields: WireFields) {
    const runId = runIdOfRequest(fields);
    const key = fields.requiredString('key');
    assertKey(key, 'key');
    const value = cut(fields.string('value'), LIMITS.runTagValue);
    await this.log.append({ runId, metrics: new NewMetrics(), parameters: [], tags: [[key, value]] });
    return {};
  }

  @WireRoute('POST', 'delete-tag', { summary: 'Remove a tag of a run', body: TagChoice })
  async deleteTag(@Fields() fields: WireFields) {
    const runId = runIdOfRequest(fields);
    const key = fields.requiredString('key');
    if (key === RUN_NAME_TAG) {
      // A run keeps its name, which this tag only repeats.
      await this.runs.assertActive(runId);
      return {};
    }
    if (await this.runs.removeTag(runId, key)) return {};
    throw new WireError('RESOURCE_DOES_NOT_EXIST', `No tag with name: ${key} in run with id ${runIdOf(runId)}`);
  }

  @WireRoute('POST', 'log-inputs', { summary: 'Log the data sets and models that a run used', body: InputLog })
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
    const models = modelLinksOf(fields);
    await this.runs.assertActive(runId);
    if (models.length > 0) await this.models.add(runId, 'input', models);
    if (inputs.size > 0) await this.datasets.addInputs(runId, [...inputs.values()]);
    return {};
  }
}

function assertRunIdForm(fields: WireFields): void {
  const given = fields.string('run_id') || fields.string('run_uuid');
  if (given !== '' && !RUN_ID.test(given)) {
    throw invalidParameter(`Invalid value ${JSON.stringify(given)} for parameter 'run_id' supplied.`);
  }
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
      schema: dataset.string('schema') || null,
      profile: dataset.string('profile') || null,
    },
  };
}
