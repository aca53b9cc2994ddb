import { Param } from '@nestjs/common';
import { RestOfPath } from '../http/rest-of-path.js';
import { LoggedModelService } from '../models/logged-model.service.js';
import { modelIdOf } from '../models/model-refusals.js';
import { assertDistinct } from './log-batch.js';
import { invalidParameter } from './wire-error.js';
import { experimentIdOf } from './wire-experiment.js';
import { Fields, storable, type WireFields } from './wire-fields.js';
import { assertLength } from './wire-limits.js';
import { modelLabelsOf, modelStatusOf, wireModel } from './wire-model.js';
import {
  FoundModel,
  ModelCreation,
  ModelFinish,
  ModelParameters,
  ModelReading,
  ModelTags,
} from './wire-model.schema.js';
import { WireController, WireRoute } from './wire-route.js';

/** The most characters of a name, a type and the id of a run. */
const MAX_LENGTH = 500;
const FORBIDDEN_IN_NAMES = /[/:.%"']/;

/** Logged models on the wire. The id in the path counts, whatever a body says. */
@WireController('logged-models')
export class WireLoggedModelsController {
  constructor(private readonly models: LoggedModelService) {}

  @WireRoute('POST', '', {
    summary: 'Create a logged model',
    description: 'It is PENDING until it is told that its files are there.',
    body: ModelCreation,
    answer: FoundModel,
  })
  async create(@Fields() fields: WireFields) {
    const model = await this.models.create({
      experimentId: experimentIdOf(fields.requiredString('experiment_id')),
      name: nameOf(fields),
      modelType: textOf(fields, 'model_type'),
      sourceRunId: textOf(fields, 'source_run_id'),
      parameters: Object.fromEntries(modelParametersOf(fields)),
      tags: Object.fromEntries(modelLabelsOf(fields, 'tags')),
    });
    return { model: wireModel(model) };
  }

  @WireRoute('GET', ':id', { summary: 'Look at a logged model', query: ModelReading, answer: FoundModel })
  async get(@Param('id') id: string, @Fields() fields: WireFields) {
    const allowDeleted = fields.boolean('allow_deleted');
    return { model: wireModel(await this.models.get(modelIdOf(id), { allowDeleted })) };
  }

  @WireRoute('PATCH', ':id', {
    summary: 'Tell that the files of a logged model are there, or will not come',
    body: ModelFinish,
    answer: FoundModel,
  })
  async setStatus(@Param('id') id: string, @Fields() fields: WireFields) {
    const given = fields.value('status');
    if (given === undefined) throw fields.missing('status');
    const status = modelStatusOf(given);
    if (status === undefined) throw fields.invalid('status', given);
    return { model: wireModel(await this.models.setStatus(modelIdOf(id), status)) };
  }

  @WireRoute('DELETE', ':id', { summary: 'Delete a logged model' })
  async remove(@Param('id') id: string) {
    await this.models.remove(modelIdOf(id));
    return {};
  }

  @WireRoute('PATCH', ':id/tags', { summary: 'Set tags of a logged model', body: ModelTags })
  async setTags(@Param('id') id: string, @Fields() fields: WireFields) {
    await this.models.setTags(modelIdOf(id), Object.fromEntries(modelLabelsOf(fields, 'tags')));
    return {};
  }

  /** Clients do not encode the slashes of a key. */
  @WireRoute('DELETE', ':id/tags/*', { summary: 'Remove a tag of a logged model', rest: 'stage' })
  async removeTag(@Param('id') id: string, @RestOfPath() key: string) {
    await this.models.removeTag(modelIdOf(id), storable(key, 'tag_key'));
    return {};
  }

  @WireRoute('POST', ':id/params', { summary: 'Log parameters of a logged model', body: ModelParameters })
  async addParameters(@Param('id') id: string, @Fields() fields: WireFields) {
    await this.models.addParameters(modelIdOf(id), modelParametersOf(fields));
    return {};
  }
}

function modelParametersOf(fields: WireFields): [key: string, value: string][] {
  const parameters = modelLabelsOf(fields, 'params');
  assertDistinct(parameters);
  return parameters;
}

/** Empty = none was given. */
function nameOf(fields: WireFields): string {
  const name = textOf(fields, 'name');
  if (!FORBIDDEN_IN_NAMES.test(name)) return name;
  throw invalidParameter(
    `Invalid model name ('${name}') provided. Model name must be a non-empty string and cannot contain the following characters: ('/', ':', '.', '%', '"', "'")`,
  );
}

function textOf(fields: WireFields, field: string): string {
  const text = fields.string(field);
  assertLength(text, MAX_LENGTH, field);
  return text;
}
