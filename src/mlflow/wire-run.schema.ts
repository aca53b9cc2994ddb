import { z } from 'zod';
import { RUN_STATUSES } from '../runs/run.entity.js';
import {
  EXAMPLE_RUN_ID,
  ExperimentIdField,
  ExperimentIdsField,
  FilterField,
  KeyValue,
  KeyValueFields,
  LifecycleStage,
  MaxResultsField,
  MetricNumber,
  Milliseconds,
  NextPageToken,
  PageTokenField,
  RunIdField,
  ViewType,
} from './wire-message.schema.js';

const RunInfo = z
  .object({
    run_id: z.string(),
    run_uuid: z.string().describe('The same as `run_id`.'),
    run_name: z.string(),
    experiment_id: z.string(),
    user_id: z.string(),
    status: z.enum(RUN_STATUSES),
    start_time: Milliseconds.optional(),
    end_time: Milliseconds.optional(),
    artifact_uri: z.string(),
    lifecycle_stage: LifecycleStage,
  })
  .meta({ id: 'MlflowRunInfo' });

const RunData = z
  .object({
    metrics: z
      .array(z.object({ key: z.string(), value: MetricNumber, timestamp: Milliseconds, step: z.number().int() }))
      .optional()
      .describe('Of each metric the value of the greatest step, then timestamp, then value.'),
    params: z.array(KeyValue).optional(),
    tags: z.array(KeyValue),
  })
  .meta({ id: 'MlflowRunData' });

const RunInputs = z
  .object({
    dataset_inputs: z
      .array(
        z.object({
          tags: z.array(KeyValue).optional(),
          dataset: z.object({
            name: z.string(),
            digest: z.string(),
            source_type: z.string(),
            source: z.string(),
            schema: z.string().optional(),
            profile: z.string().optional(),
          }),
        }),
      )
      .optional(),
    model_inputs: z.array(z.object({ model_id: z.string() })).optional(),
  })
  .meta({ id: 'MlflowRunInputs' });

const RunOutputs = z
  .object({ model_outputs: z.array(z.object({ model_id: z.string(), step: z.number().int() })).optional() })
  .meta({ id: 'MlflowRunOutputs' });

const WireRun = z
  .object({ info: RunInfo, data: RunData, inputs: RunInputs, outputs: RunOutputs.optional() })
  .meta({ id: 'MlflowRun' });

export const RunCreation = z
  .object({
    experiment_id: ExperimentIdField,
    run_name: z.string().optional().describe('Absent = the tag `mlflow.runName`, or a generated one.'),
    user_id: z.string().optional(),
    start_time: Milliseconds.optional(),
    tags: z.array(KeyValueFields).optional(),
  })
  .meta({
    examples: [
      {
        experiment_id: '0',
        run_name: 'first try',
        start_time: 1_767_225_600_000,
        tags: [{ key: 'mlflow.user', value: 'ada' }],
      },
    ],
  });

export const RunChoice = z.object({ run_id: RunIdField }).meta({ examples: [{ run_id: EXAMPLE_RUN_ID }] });

export const RunUpdate = z
  .object({
    run_id: RunIdField,
    status: z.enum(RUN_STATUSES).optional(),
    end_time: Milliseconds.optional(),
    run_name: z.string().optional(),
  })
  .meta({ examples: [{ run_id: EXAMPLE_RUN_ID, status: 'FINISHED', end_time: 1_767_225_660_000 }] });

export const RunSearch = z
  .object({
    experiment_ids: ExperimentIdsField.optional(),
    filter: FilterField,
    run_view_type: ViewType.optional().describe('Absent = ACTIVE_ONLY.'),
    max_results: MaxResultsField.default(1_000),
    order_by: z.array(z.string()).optional().describe('Such as `metrics.rmse ASC`; absent = the newest first.'),
    page_token: PageTokenField,
  })
  .meta({
    examples: [
      { experiment_ids: ['0'], filter: 'metrics.rmse < 0.8', order_by: ['metrics.rmse ASC'], max_results: 10 },
    ],
  });

export const FoundRun = z.object({ run: WireRun }).meta({ id: 'MlflowRunAnswer' });
export const UpdatedRun = z.object({ run_info: RunInfo }).meta({ id: 'MlflowRunInfoAnswer' });
export const FoundRuns = z
  .object({ runs: z.array(WireRun).optional(), next_page_token: NextPageToken })
  .meta({ id: 'MlflowRuns' });
