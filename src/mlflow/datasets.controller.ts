import { DatasetRepository } from '../runs/dataset.repository.js';
import { invalidParameter } from './wire-error.js';
import { experimentIdOf } from './wire-experiment.js';
import { Fields, type WireFields } from './wire-fields.js';
import { WireController, WireRoute } from './wire-route.js';
import { listOf } from './wire-run.js';

const MAX_EXPERIMENTS = 20;
const MAX_SUMMARIES = 1_000;

/** Which data sets the runs of experiments used. */
@WireController('experiments')
export class WireDatasetsController {
  constructor(private readonly datasets: DatasetRepository) {}

  @WireRoute('POST', 'search-datasets')
  async search(@Fields() fields: WireFields) {
    const ids = fields.strings('experiment_ids').map(experimentIdOf);
    if (ids.length === 0) throw fields.missing('experiment_ids');
    if (ids.length > MAX_EXPERIMENTS) {
      throw invalidParameter(
        `SearchDatasets request cannot specify more than ${MAX_EXPERIMENTS} experiment_ids. Received ${ids.length} experiment_ids.`,
      );
    }
    const summaries = await this.datasets.summaries(ids, MAX_SUMMARIES);
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
