import { AppError } from '../errors.js';
import type { Lifecycle } from '../experiments/experiment.entity.js';
import { ExperimentService, unknownExperiment } from '../experiments/experiment.service.js';
import { ExperimentSearchRepository } from '../experiments/experiment-search.repository.js';
import { EXPERIMENT_TARGET } from '../experiments/experiment-target.js';
import { invalidParameter, WireError } from './wire-error.js';
import { experimentIdOf, wireExperiment } from './wire-experiment.js';
import {
  CreatedExperiment,
  ExperimentChoice,
  ExperimentCreation,
  ExperimentNameChoice,
  ExperimentRenaming,
  ExperimentSearch,
  ExperimentTag,
  ExperimentTagChoice,
  FoundExperiment,
  FoundExperiments,
} from './wire-experiment.schema.js';
import { Fields, type WireFields } from './wire-fields.js';
import { assertKey, assertLength, LIMITS, MOST } from './wire-limits.js';
import { decodeToken, encodeToken, lifecycleOf, pageSize } from './wire-page.js';
import { WireController, WireRoute } from './wire-route.js';
import { listOf } from './wire-run.js';
import { searchOf } from './wire-search.js';
import { experimentTagsOf } from './wire-tags.js';

/** Experiments on the wire. */
@WireController('experiments')
export class WireExperimentsController {
  constructor(
    private readonly experiments: ExperimentService,
    private readonly searches: ExperimentSearchRepository,
  ) {}

  @WireRoute('POST', 'create', {
    summary: 'Create an experiment',
    body: ExperimentCreation,
    answer: CreatedExperiment,
    errors: [],
  })
  async create(@Fields() fields: WireFields) {
    const name = fields.requiredString('name');
    assertLength(name, LIMITS.experimentName, 'name');
    const location = fields.string('artifact_location') || null;
    if (location !== null) assertLocation(location);
    const id = await this.experiments.create(name, location, experimentTagsOf(fields));
    return { experiment_id: String(id) };
  }

  @WireRoute('GET', 'get', {
    summary: 'Look at an experiment',
    description: 'Deleted ones, too.',
    query: ExperimentChoice,
    answer: FoundExperiment,
  })
  async get(@Fields() fields: WireFields) {
    return { experiment: wireExperiment(await this.experiments.get(idOf(fields))) };
  }

  @WireRoute('GET', 'get-by-name', {
    summary: 'Look at the experiment of a name',
    description: 'Deleted ones, too.',
    query: ExperimentNameChoice,
    answer: FoundExperiment,
  })
  async getByName(@Fields() fields: WireFields) {
    return { experiment: wireExperiment(await this.experiments.byName(fields.requiredString('experiment_name'))) };
  }

  @WireRoute('POST', 'search', {
    summary: 'Search experiments',
    body: ExperimentSearch,
    answer: FoundExperiments,
    errors: [],
  })
  search(@Fields() fields: WireFields) {
    return this.#search(fields);
  }

  @WireRoute('GET', 'search', {
    summary: 'Search experiments by an address',
    query: ExperimentSearch,
    answer: FoundExperiments,
    errors: [],
  })
  searchByQuery(@Fields() fields: WireFields) {
    return this.#search(fields);
  }

  @WireRoute('POST', 'delete', {
    summary: 'Delete an experiment',
    description: 'It can be restored.',
    body: ExperimentChoice,
  })
  async delete(@Fields() fields: WireFields) {
    await this.#setLifecycle(idOf(fields), 'deleted');
    return {};
  }

  @WireRoute('POST', 'restore', { summary: 'Restore a deleted experiment', body: ExperimentChoice })
  async restore(@Fields() fields: WireFields) {
    await this.#setLifecycle(idOf(fields), 'active');
    return {};
  }

  @WireRoute('POST', 'update', { summary: 'Rename an experiment', body: ExperimentRenaming })
  async update(@Fields() fields: WireFields) {
    const id = idOf(fields);
    const name = fields.requiredString('new_name');
    assertLength(name, LIMITS.experimentName, 'name');
    const { lifecycle } = await this.experiments.get(id);
    if (lifecycle === 'deleted') {
      throw new WireError('INVALID_STATE', 'Cannot rename a non-active experiment.');
    }
    await this.experiments.change(id, { name, tags: {} }).catch((error: unknown) => {
      // That of its database, where the name of a new experiment has a code of its own.
      if (error instanceof AppError && error.code === 'ALREADY_EXISTS')
        throw new WireError('BAD_REQUEST', error.message);
      throw error;
    });
    return {};
  }

  @WireRoute('POST', 'set-experiment-tag', { summary: 'Set a tag of an experiment', body: ExperimentTag })
  async setTag(@Fields() fields: WireFields) {
    const id = idOf(fields);
    const key = fields.requiredString('key');
    assertKey(key, 'key');
    const value = fields.string('value');
    assertLength(value, LIMITS.experimentTagValue, 'value');
    await this.experiments.setTag(id, key, value);
    return {};
  }

  @WireRoute('POST', 'delete-experiment-tag', { summary: 'Remove a tag of an experiment', body: ExperimentTagChoice })
  async deleteTag(@Fields() fields: WireFields) {
    await this.experiments.removeTag(idOf(fields), fields.requiredString('key'));
    return {};
  }

  async #search(fields: WireFields) {
    const { ids, next } = await this.searches.page({
      limit: pageSize(fields.integer('max_results'), MOST.results),
      lifecycle: lifecycleOf(fields.value('view_type')),
      after: decodeToken(fields.string('page_token'), isSortValues),
      ...searchOf(fields, EXPERIMENT_TARGET),
    });
    const experiments = await this.experiments.list(ids);
    return {
      experiments: listOf(experiments.map(wireExperiment)),
      next_page_token: next && encodeToken(next),
    };
  }

  /** To the wire, an experiment that is deleted already can not be deleted, nor an active one restored. */
  async #setLifecycle(id: number, lifecycle: Lifecycle): Promise<void> {
    if (!(await this.experiments.setLifecycle(id, lifecycle))) throw unknownExperiment(id);
  }
}

function idOf(fields: WireFields): number {
  return experimentIdOf(fields.requiredString('experiment_id'));
}

function isSortValues(value: unknown): value is (string | null)[] {
  return Array.isArray(value) && value.every((item) => item === null || typeof item === 'string');
}

/** Clients make addresses of files from it, so nothing may stand behind its path; and another server's files are not ours. */
function assertLocation(location: string): void {
  assertLength(location, LIMITS.artifactLocation, 'artifact_location');
  const [path, query = ''] = location.split('?', 2);
  if (location.includes('#') || path.lastIndexOf(';') > path.lastIndexOf('/') || climbs(query)) {
    throw invalidParameter(
      `Invalid artifact location '${location}': it may have no '#' and no ';' parameters, and its query no '..'.`,
    );
  }
  if (/^mlflow-artifacts:\/\/+[^/]/i.test(location)) {
    throw invalidParameter(
      `Invalid artifact location '${location}': it names a host; 'mlflow-artifacts:/…' is this server.`,
    );
  }
}

function climbs(query: string): boolean {
  return query.replaceAll(/%2e/gi, '.').includes('..');
}
