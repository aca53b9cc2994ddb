import { DatasetRepository } from '../runs/dataset.repository.js';
import { invalidParameter } from './wire-error.js';
import { experimentIdOf } from './wire-experiment.js';
import { DatasetSearch, FoundDatasets } from './wire-experiment.schema.js';
import { Fields, type WireFields } from './wire-fields.js';
import { MOST } from './wire-limits.js';
import { WireController, WireRoute } from './wire-route.js';
import { listOf } from './wire-run.js';

/** As many as MLflow's pages show in a list to choose from. */
const MAX_SUMMARIES = 1_000;

/** The data sets of experiments on the wire. */
@WireController('experiments')
export class WireExperimentDatasetsController {
  constructor(private readonly datasets: DatasetRepository) {}

  @WireRoute('POST', 'search-datasets', {
    summary: 'List the data sets that the runs of experiments used',
    body: DatasetSearch,
    answer: FoundDatasets,
    errors: [],
  })
  async search(@Fields() fields: WireFields) {
    const experiments = fields.strings('experiment_ids');
    if (experiments.length === 0) throw fields.missing('experiment_ids');
    if (experiments.length > MOST.datasetExperiments) {
      throw invalidParameter(
        `At most ${MOST.datasetExperiments} experiments can be asked for at once; ${experiments.length} were given.`,
      );
    }
    const summaries = await this.datasets.summaries(experiments.map(experimentIdOf), MAX_SUMMARIES);
    return {
      dataset_summaries: listOf(
        summaries.map(({ experimentId, name, digest, context }) => ({
          experiment_id: String(experimentId),
          name,
          digest,
          context: context ?? undefined,
        })),
      ),
    };
  }
}
