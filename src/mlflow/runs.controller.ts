import { readTogether } from '../database/read-together.js';
import { RunModelRepository, type RunModels } from '../models/run-model.repository.js';
import { DatasetRepository, type RunInputRecord } from '../runs/dataset.repository.js';
import { RUN_STATUSES, type RunStatus } from '../runs/run.entity.js';
import type { RunRecord } from '../runs/run.repository.js';
import { RunService } from '../runs/run.service.js';
import { FIRST_DATE, LAST_DATE } from '../runs/run-dates.js';
import { RUN_NAME_TAG } from '../runs/run-name.js';
import { unknownRun } from '../runs/run-refusals.js';
import { invalidParameter, WireError } from './wire-error.js';
import { experimentIdOf } from './wire-experiment.js';
import { enumNumber, Fields, type WireFields } from './wire-fields.js';
import { wireModelInputs, wireModelOutputs } from './wire-model.js';
import { WireController, WireRoute } from './wire-route.js';
import { listOf, wireDatasetInput, wireRunData, wireRunInfo } from './wire-run.js';
import { FoundRun, RunChoice, RunCreation, RunUpdate, UpdatedRun } from './wire-run.schema.js';
import { runIdOfRequest } from './wire-run-id.js';
import { newRunTagsOf } from './wire-tags.js';

const STATUS_NUMBERS = [undefined, 'RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const;

/** The life of a run on the wire. */
@WireController('runs')
export class WireRunsController {
  readonly #found = readTogether((ids) => this.#read(ids));

  constructor(
    private readonly runs: RunService,
    private readonly datasets: DatasetRepository,
    private readonly models: RunModelRepository,
  ) {}

  @WireRoute('POST', 'create', { summary: 'Start a run', body: RunCreation, answer: FoundRun })
  async create(@Fields() fields: WireFields) {
    const experiment = fields.string('experiment_id');
    if (experiment === '') throw new WireError('BAD_REQUEST', 'A run needs an experiment_id.');
    const tags = newRunTagsOf(fields);
    const name = fields.string('run_name');
    const nameTag = tags[RUN_NAME_TAG];
    if (name && nameTag && name !== nameTag) {
      throw invalidParameter(
        `Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='${name}', mlflow.runName='${nameTag}').`,
      );
    }
    const run = await this.runs.create({
      experimentId: experimentIdOf(experiment),
      name,
      userName: fields.string('user_id'),
      startTime: dateOf(fields, 'start_time') ?? 0,
      tags,
    });
    return { run: { info: wireRunInfo(run), data: wireRunData(run), inputs: {} } };
  }

  @WireRoute('GET', 'get', {
    summary: 'Look at a run',
    description: 'Deleted ones, too.',
    query: RunChoice,
    answer: FoundRun,
  })
  async get(@Fields() fields: WireFields) {
    const id = runIdOfRequest(fields);
    const found = await this.#found(id);
    if (!found) throw unknownRun(id);
    return found;
  }

  @WireRoute('POST', 'update', {
    summary: 'Change the status, end or name of a run',
    description: 'What is absent stays.',
    body: RunUpdate,
    answer: UpdatedRun,
  })
  async update(@Fields() fields: WireFields) {
    const id = runIdOfRequest(fields);
    const run = await this.runs.update({
      id,
      status: statusOf(fields),
      endTime: dateOf(fields, 'end_time'),
      name: fields.string('run_name') || undefined,
    });
    return { run_info: wireRunInfo(run) };
  }

  @WireRoute('POST', 'delete', { summary: 'Delete a run', description: 'It can be restored.', body: RunChoice })
  async delete(@Fields() fields: WireFields) {
    await this.runs.setLifecycle(runIdOfRequest(fields), 'deleted');
    return {};
  }

  @WireRoute('POST', 'restore', { summary: 'Restore a deleted run', body: RunChoice })
  async restore(@Fields() fields: WireFields) {
    await this.runs.setLifecycle(runIdOfRequest(fields), 'active');
    return {};
  }

  async #read(ids: string[]) {
    const [runs, inputs, models] = await Promise.all([
      this.runs.list(ids),
      this.datasets.inputsOf(ids),
      this.models.modelsOf(ids),
    ]);
    return new Map(runs.map((run) => [run.id, wireRun(run, inputs.get(run.id), models.get(run.id))]));
  }
}

function wireRun(run: RunRecord, inputs: RunInputRecord[] = [], models?: RunModels) {
  return {
    run: {
      info: wireRunInfo(run),
      data: wireRunData(run),
      inputs: { dataset_inputs: listOf(inputs.map(wireDatasetInput)), ...wireModelInputs(models) },
      outputs: wireModelOutputs(models),
    },
  };
}

/** An unknown text changes nothing, an unknown number is refused. */
function statusOf(fields: WireFields): RunStatus | undefined {
  const given = fields.value('status');
  const number = enumNumber(given);
  const status = number === undefined ? RUN_STATUSES.find((name) => name === given) : STATUS_NUMBERS[number];
  if (status === undefined && (typeof given === 'number' || typeof given === 'object')) {
    throw fields.invalid('status', given);
  }
  return status;
}

function dateOf(fields: WireFields, name: string): number | undefined {
  const time = fields.integer(name);
  if (time !== undefined && (time < FIRST_DATE || time > LAST_DATE)) throw fields.invalid(name, time);
  return time;
}
