import { z } from 'zod';
import { MODEL_STATUSES } from '../models/logged-model.entity.js';
import {
  EXAMPLE_RUN_ID,
  ExperimentIdField,
  ExperimentIdsField,
  FilterField,
  KeyValue,
  KeyValueFields,
  MaxResultsField,
  MetricNumber,
  Milliseconds,
  NextPageToken,
  PageTokenField,
} from './wire-message.schema.js';

export const EXAMPLE_MODEL_ID = `m-${EXAMPLE_RUN_ID}`;

export const ModelIdField = z.string().describe('`m-` and 32 hex digits.');

const ModelStatus = z.enum(MODEL_STATUSES.map((status) => `LOGGED_MODEL_${status}` as const));

const WireModel = z
  .object({
    info: z.object({
      model_id: z.string(),
      experiment_id: z.string(),
      name: z.string(),
      creation_timestamp_ms: Milliseconds,
      last_updated_timestamp_ms: Milliseconds,
      artifact_uri: z.string(),
      status: ModelStatus,
      model_type: z.string(),
      source_run_id: z.string(),
      tags: z.array(KeyValue).optional(),
    }),
    data: z.object({
      params: z.array(KeyValue).optional(),
      metrics: z
        .array(
          z.object({
            key: z.string(),
            value: MetricNumber,
            timestamp: Milliseconds,
            step: z.number().int(),
            dataset_name: z.string().optional(),
            dataset_digest: z.string().optional(),
            model_id: z.string(),
            run_id: z.string(),
          }),
        )
        .optional(),
    }),
  })
  .meta({ id: 'MlflowLoggedModel' });

export const ModelCreation = z
  .object({
    experiment_id: ExperimentIdField,
    name: z.string().max(500).optional().describe('Absent = a generated one.'),
    model_type: z.string().max(500).optional(),
    source_run_id: z.string().max(500).optional(),
    params: z.array(KeyValueFields).optional(),
    tags: z.array(KeyValueFields).optional(),
  })
  .meta({ examples: [{ experiment_id: '0', name: 'elastic-net', params: [{ key: 'alpha', value: '0.5' }] }] });

export const ModelReading = z
  .object({ allow_deleted: z.boolean().default(false) })
  .meta({ examples: [{ allow_deleted: false }] });

export const ModelFinish = z.object({ status: ModelStatus }).meta({ examples: [{ status: 'LOGGED_MODEL_READY' }] });

export const ModelTags = z
  .object({ tags: z.array(KeyValueFields).optional() })
  .meta({ examples: [{ tags: [{ key: 'stage', value: 'candidate' }] }] });

export const ModelParameters = z
  .object({ params: z.array(KeyValueFields).optional() })
  .meta({ examples: [{ params: [{ key: 'alpha', value: '0.5' }] }] });

export const ModelSearch = z
  .object({
    experiment_ids: ExperimentIdsField,
    filter: FilterField,
    datasets: z
      .array(z.object({ dataset_name: z.string(), dataset_digest: z.string().optional() }))
      .optional()
      .describe('Of which metrics are compared.'),
    order_by: z
      .array(
        z.object({
          field_name: z.string(),
          ascending: z.boolean().default(true),
          dataset_name: z.string().optional(),
          dataset_digest: z.string().optional(),
        }),
      )
      .optional()
      .describe('Absent = the newest first.'),
    max_results: MaxResultsField.default(50),
    page_token: PageTokenField,
  })
  .meta({
    examples: [
      {
        experiment_ids: ['0'],
        filter: 'metrics.rmse < 0.8',
        order_by: [{ field_name: 'metrics.rmse', ascending: true }],
      },
    ],
  });

export const FoundModel = z.object({ model: WireModel }).meta({ id: 'MlflowLoggedModelAnswer' });
export const FoundModels = z
  .object({ models: z.array(WireModel).optional(), next_page_token: NextPageToken })
  .meta({ id: 'MlflowLoggedModels' });
