import { z } from 'zod';
import { LIMITS, MOST } from './wire-limits.js';
import {
  EXAMPLE_RUN_ID,
  KeyValueFields,
  MetricNumber,
  MetricNumberField,
  Milliseconds,
  NextPageToken,
  PageTokenField,
  RunIdField,
} from './wire-message.schema.js';
import { EXAMPLE_MODEL_ID, ModelIdField } from './wire-model.schema.js';

const METRIC = { key: 'rmse', value: 0.79, timestamp: 1_767_225_600_000, step: 3 };

const MetricFields = z.object({
  key: z.string().max(LIMITS.key),
  value: MetricNumberField,
  timestamp: Milliseconds,
  step: z.number().int().default(0),
  model_id: z.string().optional().describe('A logged model that this is a metric of as well.'),
  dataset_name: z.string().max(LIMITS.datasetName).optional(),
  dataset_digest: z.string().max(LIMITS.datasetDigest).optional(),
});

export const MetricLog = z
  .object({ run_id: RunIdField, ...MetricFields.shape })
  .meta({ examples: [{ run_id: EXAMPLE_RUN_ID, ...METRIC }] });

export const ParameterLog = z
  .object({
    run_id: RunIdField,
    key: z.string().max(LIMITS.key),
    value: z.string().optional().describe('Cut to 6,000 characters.'),
  })
  .meta({ examples: [{ run_id: EXAMPLE_RUN_ID, key: 'alpha', value: '0.5' }] });

export const TagLog = z
  .object({
    run_id: RunIdField,
    key: z.string().max(LIMITS.key),
    value: z.string().optional().describe('Cut to 8,000 characters.'),
  })
  .meta({ examples: [{ run_id: EXAMPLE_RUN_ID, key: 'stage', value: 'candidate' }] });

export const TagChoice = z
  .object({ run_id: RunIdField, key: z.string() })
  .meta({ examples: [{ run_id: EXAMPLE_RUN_ID, key: 'stage' }] });

export const BatchLog = z
  .object({
    run_id: RunIdField,
    metrics: z.array(MetricFields).max(MOST.batch.metrics).optional(),
    params: z.array(KeyValueFields).max(MOST.batch.params).optional(),
    tags: z.array(KeyValueFields).max(MOST.batch.tags).optional(),
  })
  .meta({
    examples: [
      {
        run_id: EXAMPLE_RUN_ID,
        metrics: [METRIC],
        params: [{ key: 'alpha', value: '0.5' }],
        tags: [{ key: 'stage', value: 'candidate' }],
      },
    ],
  });

export const InputLog = z
  .object({
    run_id: RunIdField,
    datasets: z
      .array(
        z.object({
          tags: z.array(KeyValueFields).optional(),
          dataset: z.object({
            name: z.string().max(LIMITS.datasetName),
            digest: z.string().max(LIMITS.datasetDigest),
            source_type: z.string(),
            source: z.string(),
            schema: z.string().optional(),
            profile: z.string().optional(),
          }),
        }),
      )
      .optional(),
    models: z.array(z.object({ model_id: ModelIdField })).optional(),
  })
  .meta({
    examples: [
      {
        run_id: EXAMPLE_RUN_ID,
        datasets: [
          {
            tags: [{ key: 'mlflow.data.context', value: 'training' }],
            dataset: { name: 'wine', digest: '38cb54f1', source_type: 'local', source: 'wine.csv' },
          },
        ],
      },
    ],
  });

export const OutputLog = z
  .object({
    run_id: RunIdField,
    models: z.array(z.object({ model_id: ModelIdField, step: z.number().int().default(0) })),
  })
  .meta({ examples: [{ run_id: EXAMPLE_RUN_ID, models: [{ model_id: EXAMPLE_MODEL_ID, step: 0 }] }] });

export const OldModelLog = z
  .object({ run_id: RunIdField, model_json: z.string().describe('The contents of its file `MLmodel`, as JSON.') })
  .meta({
    examples: [
      {
        run_id: EXAMPLE_RUN_ID,
        model_json: JSON.stringify({
          artifact_path: 'model',
          run_id: EXAMPLE_RUN_ID,
          utc_time_created: '2026-01-01 00:00:00',
          flavors: { python_function: {} },
        }),
      },
    ],
  });

export const HistoryChoice = z
  .object({
    run_id: RunIdField,
    metric_key: z.string(),
    max_results: z.number().int().min(1).optional().describe('Absent = the whole history at once.'),
    page_token: PageTokenField,
  })
  .meta({ examples: [{ run_id: EXAMPLE_RUN_ID, metric_key: 'rmse', max_results: 1_000, page_token: '' }] });

export const BulkHistoryChoice = z
  .object({
    run_id: z.array(z.string()).min(1).max(MOST.historyRuns),
    metric_key: z.string(),
    max_results: z.number().int().default(MOST.bulkPoints).describe('Of all runs together; at most 25,000.'),
  })
  .meta({ examples: [{ run_id: [EXAMPLE_RUN_ID], metric_key: 'rmse', max_results: 1_000 }] });

export const IntervalHistoryChoice = z
  .object({
    run_ids: z.array(z.string()).min(1).max(MOST.historyRuns),
    metric_key: z.string(),
    max_results: z
      .number()
      .int()
      .min(1)
      .max(MOST.intervalPoints)
      .default(MOST.intervalPoints)
      .describe('Of each run, evenly chosen.'),
    start_step: z.number().int().optional(),
    end_step: z.number().int().optional(),
  })
  .meta({
    examples: [{ run_ids: [EXAMPLE_RUN_ID], metric_key: 'rmse', max_results: 320, start_step: 0, end_step: 1_000 }],
  });

const LoggedPoint = z.object({
  key: z.string(),
  value: MetricNumber,
  timestamp: Milliseconds,
  step: z.number().int(),
});

export const FoundHistory = z
  .object({ metrics: z.array(LoggedPoint).optional(), next_page_token: NextPageToken })
  .meta({ id: 'MlflowHistory' });

export const FoundHistories = z
  .object({ metrics: z.array(LoggedPoint.extend({ run_id: z.string() })).optional() })
  .meta({ id: 'MlflowHistories' });
