import { z } from 'zod';
import { LIMITS, MOST } from './wire-limits.js';
import {
  ExperimentIdField,
  ExperimentIdsField,
  FilterField,
  KeyValue,
  KeyValueFields,
  LifecycleStage,
  MaxResultsField,
  Milliseconds,
  NextPageToken,
  PageTokenField,
  ViewType,
} from './wire-message.schema.js';

const WireExperiment = z
  .object({
    experiment_id: z.string(),
    name: z.string(),
    artifact_location: z.string(),
    lifecycle_stage: LifecycleStage,
    last_update_time: Milliseconds,
    creation_time: Milliseconds,
    tags: z.array(KeyValue).optional(),
  })
  .meta({ id: 'MlflowExperiment' });

export const ExperimentCreation = z
  .object({
    name: z.string().max(LIMITS.experimentName),
    artifact_location: z.string().optional().describe('Absent = below this server.'),
    tags: z.array(KeyValueFields).optional(),
  })
  .meta({ examples: [{ name: 'churn', tags: [{ key: 'team', value: 'growth' }] }] });

export const ExperimentChoice = z
  .object({ experiment_id: ExperimentIdField })
  .meta({ examples: [{ experiment_id: '0' }] });

export const ExperimentNameChoice = z
  .object({ experiment_name: z.string() })
  .meta({ examples: [{ experiment_name: 'Default' }] });

export const ExperimentSearch = z
  .object({
    max_results: MaxResultsField,
    filter: FilterField,
    order_by: z.array(z.string()).optional().describe('Such as `name ASC`; absent = the newest first.'),
    page_token: PageTokenField,
    view_type: ViewType.optional().describe('Absent = ACTIVE_ONLY.'),
  })
  .meta({
    examples: [
      { max_results: 100, filter: "name LIKE 'wine%'", order_by: ['name ASC'], page_token: '', view_type: 'ALL' },
    ],
  });

export const ExperimentRenaming = z
  .object({ experiment_id: ExperimentIdField, new_name: z.string().max(LIMITS.experimentName) })
  .meta({ examples: [{ experiment_id: '2', new_name: 'churn, second try' }] });

export const ExperimentTag = z
  .object({
    experiment_id: ExperimentIdField,
    key: z.string().max(LIMITS.key),
    value: z.string().max(LIMITS.experimentTagValue).optional(),
  })
  .meta({ examples: [{ experiment_id: '0', key: 'team', value: 'growth' }] });

export const ExperimentTagChoice = z
  .object({ experiment_id: ExperimentIdField, key: z.string() })
  .meta({ examples: [{ experiment_id: '0', key: 'team' }] });

export const DatasetSearch = z
  .object({ experiment_ids: ExperimentIdsField.max(MOST.datasetExperiments) })
  .meta({ examples: [{ experiment_ids: ['0'] }] });

export const CreatedExperiment = z.object({ experiment_id: z.string() }).meta({ id: 'MlflowExperimentId' });
export const FoundExperiment = z.object({ experiment: WireExperiment }).meta({ id: 'MlflowExperimentAnswer' });
export const FoundExperiments = z
  .object({ experiments: z.array(WireExperiment).optional(), next_page_token: NextPageToken })
  .meta({ id: 'MlflowExperiments' });
export const FoundDatasets = z
  .object({
    dataset_summaries: z
      .array(
        z.object({
          experiment_id: z.string(),
          name: z.string(),
          digest: z.string(),
          context: z.string().optional().describe('What it was used for, such as `training`.'),
        }),
      )
      .optional(),
  })
  .meta({ id: 'MlflowDatasetSummaries' });
