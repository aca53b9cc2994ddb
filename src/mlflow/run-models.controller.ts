import { withQuotedNumbers } from '../http/json-body.js';
import { ModelHistoryService } from '../models/model-history.service.js';
import { RunModelRepository } from '../models/run-model.repository.js';
import { RunService } from '../runs/run.service.js';
import { invalidParameter } from './wire-error.js';
import { Fields, type WireFields } from './wire-fields.js';
import { OldModelLog, OutputLog } from './wire-log.schema.js';
import { modelLinksOf } from './wire-model.js';
import { WireController, WireRoute } from './wire-route.js';
import { runIdOfRequest } from './wire-run-id.js';

const REQUIRED = ['artifact_path', 'flavors', 'utc_time_created', 'run_id'];

/** What a run tells of a model below it; signatures and examples stand in the model's own file. */
const KEPT = [...REQUIRED, 'model_uuid', 'model_id', 'model_size_bytes', 'mlflow_version'];

/** The models that runs make, on the wire. */
@WireController('runs')
export class WireRunModelsController {
  constructor(
    private readonly runs: RunService,
    private readonly models: RunModelRepository,
    private readonly history: ModelHistoryService,
  ) {}

  @WireRoute('POST', 'outputs', { summary: 'Log the models that a run made', body: OutputLog })
  async addOutputs(@Fields() fields: WireFields) {
    const runId = runIdOfRequest(fields);
    if (fields.value('models') === undefined) throw fields.missing('models');
    const models = modelLinksOf(fields);
    await this.runs.assertActive(runId);
    if (models.length > 0) await this.models.add(runId, 'output', models);
    return {};
  }

  /** Clients before 3.0 keep models below their runs. */
  @WireRoute('POST', 'log-model', { summary: 'Log a model below a run, as clients before 3.0 do', body: OldModelLog })
  async logModel(@Fields() fields: WireFields) {
    const runId = runIdOfRequest(fields);
    await this.history.add(runId, modelOf(fields.requiredString('model_json')));
    return {};
  }
}

/** @throws WireError */
function modelOf(text: string): Record<string, unknown> {
  let model: unknown;
  try {
    model = JSON.parse(withQuotedNumbers(text));
  } catch {
    throw invalidParameter('Malformed model info: it is no JSON.');
  }
  const given = typeof model === 'object' && model !== null ? Object.entries(model) : [];
  const missing = REQUIRED.filter((name) => !given.some(([key]) => key === name));
  if (missing.length > 0) {
    throw invalidParameter(`Model json is missing mandatory fields: ${missing.join(', ')}`);
  }
  return Object.fromEntries(given.filter(([key]) => KEPT.includes(key)));
}
