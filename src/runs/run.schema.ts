import { z } from 'zod';
import { LIFECYCLES } from '../experiments/experiment.entity.js';
import { ExperimentId, ExperimentName } from '../experiments/experiment.schema.js';
import {
  labelsOf,
  nameText,
  PARAMETER_VALUE_LIMIT,
  storableText,
  TAG_VALUE_LIMIT,
  TagChanges,
  Tags,
} from '../experiments/label.schema.js';
import { runIdOf } from '../http/identifiers.js';
import type { RunInputRecord } from './dataset.repository.js';
import { RUN_STATUSES } from './run.entity.js';
import type { RunRecord } from './run.repository.js';
import { FIRST_DATE, LAST_DATE } from './run-dates.js';
import { RUN_NAME_LIMIT, RUN_NAME_TAG } from './run-name.js';

/** The tag that holds what people wrote about a run, in Markdown. */
export const NOTE_TAG = 'mlflow.note.content';

/** A point in time; answers milliseconds since 1970. */
export const Time = z
  .union([
    z.iso.datetime({ offset: true, error: 'must be a time such as 2026-01-31T12:00:00Z, or milliseconds since 1970' }),
    z.number().int().min(FIRST_DATE).max(LAST_DATE),
  ])
  .transform((given) => (typeof given === 'number' ? given : Date.parse(given)))
  .describe('Such as `2026-01-31T12:00:00Z`, or milliseconds since 1970.');

export const Parameters = labelsOf(storableText(PARAMETER_VALUE_LIMIT)).describe('Written once; texts.');

const Name = nameText(RUN_NAME_LIMIT);
const Note = storableText(TAG_VALUE_LIMIT);

/** Tags among which the name of the run may be. */
const naming = <Given extends z.ZodType<Record<string, string | null>>>(tags: Given) =>
  tags.superRefine((given, context) => {
    const { [RUN_NAME_TAG]: name } = given;
    if (typeof name !== 'string' || Name.safeParse(name).success) return;
    context.addIssue({ code: 'custom', path: [RUN_NAME_TAG], message: `must be 1 to ${RUN_NAME_LIMIT} characters` });
  });
export const RunTags = naming(Tags);
export const RunTagChanges = naming(TagChanges);

export const CreateRun = z
  .strictObject({
    experiment_id: ExperimentId.optional(),
    experiment: ExperimentName.optional().describe('Name of the experiment, instead of its number.'),
    name: Name.optional().describe('Absent = a generated one.'),
    user: storableText(500).default('').describe('Who started it.'),
    start_time: Time.optional().describe('Absent = now.'),
    tags: RunTags.default({}),
    parameters: Parameters.default({}),
  })
  .refine(
    (run) => (run.experiment_id === undefined) !== (run.experiment === undefined),
    'must be given an experiment_id or the name of an experiment, and not both',
  )
  .meta({ id: 'CreateRun' });

/** Absent = it stays. */
export const ChangeRun = z
  .strictObject({
    status: z.enum(RUN_STATUSES).optional(),
    end_time: Time.optional().describe(
      'Absent = now, where the status becomes FINISHED, FAILED or KILLED, and none where it becomes another.',
    ),
    name: Name.optional(),
    tags: RunTagChanges.default({}).describe('Tags to set; null removes one.'),
    note: Note.optional().describe(`Markdown; the tag \`${NOTE_TAG}\`.`),
  })
  .meta({ id: 'ChangeRun' });

/** A value as JSON can carry it. */
export const MetricValue = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]);

const Dataset = z.object({
  name: z.string(),
  digest: z.string(),
  source_type: z.string(),
  source: z.string(),
  context: z.string().nullable().describe('What it was used for, such as `training`.'),
});

/** A run as a list shows it. */
export const RunSummary = z
  .object({
    run_id: z.string().regex(/^[0-9a-f]{32}$/),
    experiment_id: z.number().int(),
    experiment: z.string().describe('Name of its experiment.'),
    name: z.string(),
    status: z.enum(RUN_STATUSES),
    user: z.string(),
    start_time: z.iso.datetime().nullable(),
    end_time: z.iso.datetime().nullable(),
    lifecycle: z.enum(LIFECYCLES),
    parameters: z.record(z.string(), z.string()),
    metrics: z
      .record(z.string(), z.object({ value: MetricValue, step: z.number().int(), timestamp: z.number().int() }))
      .describe('Latest values; the one of the greatest step counts. Timestamps are milliseconds since 1970.'),
    tags: z.record(z.string(), z.string()),
    url: z.url().describe('This run.'),
    task: z.url().nullable().describe('The task that fills it; null where a client logged it.'),
  })
  .meta({ id: 'RunSummary' });

/** A run with everything that is known of it, but for its series and files. */
export const RunView = RunSummary.extend({
  note: z.string().describe('Markdown; may be empty.'),
  datasets: z.array(Dataset),
}).meta({ id: 'Run' });

export const RemovedRun = z
  .object({ run_id: z.string(), state: z.enum(['deleted', 'purged']).describe('`deleted` can be restored.') })
  .meta({ id: 'RemovedRun' });

/** @param isTask whether a task of ours fills it */
export function toRunSummary(run: RunRecord, isTask: boolean, baseUrl: string): z.infer<typeof RunSummary> {
  return {
    run_id: runIdOf(run.id),
    experiment_id: run.experimentId,
    experiment: run.experimentName,
    name: run.name,
    status: run.status,
    user: run.userName,
    start_time: isoOf(run.startTime),
    end_time: isoOf(run.endTime),
    lifecycle: run.lifecycle,
    parameters: run.parameters,
    metrics: Object.fromEntries(run.metrics.map(([key, value, step, timestamp]) => [key, { value, step, timestamp }])),
    tags: run.tags,
    url: `${baseUrl}/api/v1/runs/${runIdOf(run.id)}`,
    task: isTask ? `${baseUrl}/task/${run.id}` : null,
  };
}

export function toRunView(
  run: RunRecord,
  isTask: boolean,
  inputs: RunInputRecord[],
  baseUrl: string,
): z.infer<typeof RunView> {
  return {
    ...toRunSummary(run, isTask, baseUrl),
    note: run.tags[NOTE_TAG] ?? '',
    datasets: inputs.map(({ tags, dataset: { name, digest, sourceType, source } }) => ({
      name,
      digest,
      source_type: sourceType,
      source,
      context: tags['mlflow.data.context'] ?? null,
    })),
  };
}

/** @param milliseconds since 1970 */
export function isoOf(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
