import { z } from 'zod';
import { numberText } from '../http/number-text.js';
import { encodeSearchCursor, NextCursor, PageQuery, SearchCursor } from '../http/paging.js';
import { MAX_FILTER } from '../search/filter.js';
import { MAX_ORDER_KEYS } from '../search/order.js';
import { LIFECYCLES } from './experiment.entity.js';
import type { ExperimentRecord } from './experiment.repository.js';
import { nameText, storableText, TagChanges, Tags } from './label.schema.js';

/** The largest number of an experiment that the database can hold. */
export const LARGEST_ID = 2 ** 31 - 1;

/** The number of an experiment in a body. */
export const ExperimentId = z
  .number()
  .int()
  .min(0)
  .max(LARGEST_ID)
  .describe('Number of the experiment.')
  .meta({ examples: [2] });

/** The same in a path, which is text. */
export const ExperimentPathId = numberText(ExperimentId);

export const ExperimentName = nameText(500)
  .describe('Unique among all experiments, deleted ones too.')
  .meta({ examples: ['churn-model'] });

export const LifecycleFilter = z
  .enum([...LIFECYCLES, 'all'])
  .default('active')
  .describe('Which records are shown: active ones, those in the bin, or both.')
  .meta({ examples: ['active'] });

/** One or more texts; an address repeats the name for each. @param example for the documentation's page, which sends it */
export const textsQuery = (max: number, description: string, example: string) =>
  z
    .union([storableText(2_000), z.array(storableText(2_000)).max(max)])
    // Before the transformation, or the documentation does not show it.
    .meta({ examples: [example] })
    .default([])
    .transform((given) => [given].flat())
    .describe(`${description}; up to ${max}, the name repeated for each.`);

/** Keys to order a list by. */
export const orderQuery = (example: string) =>
  textsQuery(MAX_ORDER_KEYS, 'Keys to order by, each perhaps with ASC or DESC', example);

export const CreateExperiment = z
  .strictObject({
    name: ExperimentName,
    description: storableText(100_000).default('').describe('Markdown.'),
    tags: Tags.default({}),
  })
  .meta({ id: 'CreateExperiment' });

/** Absent = it stays. */
export const ChangeExperiment = z
  .strictObject({
    name: ExperimentName.optional(),
    description: storableText(100_000).optional().describe('Markdown; empty removes it.'),
    tags: TagChanges.default({}).describe('Tags to set; null removes one.'),
  })
  .meta({ id: 'ChangeExperiment' });

const FILTER_EXAMPLE = "name LIKE '%'";
const ORDER_EXAMPLE = 'creation_time DESC';
/** Sorted before every real one, so the example shows the first page. */
const FIRST_POSITION = ['infinity', '0'];

/** What a cursor of experiments belongs to. */
export const experimentSearchKey = (query: { filter: string; order_by: string[]; lifecycle: string }) => [
  query.filter,
  query.order_by,
  query.lifecycle,
];

export const ExperimentsQuery = z.strictObject({
  name: storableText(500)
    .optional()
    .describe('Only the experiment of this name.')
    .meta({ examples: ['wine-quality'] }),
  filter: z
    .string()
    .max(MAX_FILTER)
    .default('')
    .describe("Such as `name LIKE 'churn%' AND tags.team = 'growth'`; absent = all.")
    .meta({ examples: [FILTER_EXAMPLE] }),
  order_by: orderQuery(ORDER_EXAMPLE),
  lifecycle: LifecycleFilter,
  limit: PageQuery.limit,
  cursor: SearchCursor.meta({
    examples: [
      encodeSearchCursor(
        experimentSearchKey({ filter: FILTER_EXAMPLE, order_by: [ORDER_EXAMPLE], lifecycle: 'active' }),
        FIRST_POSITION,
      ),
    ],
  }),
});

export const ExperimentView = z
  .object({
    experiment_id: z.number().int(),
    name: z.string(),
    description: z.string().describe('Markdown; may be empty.'),
    lifecycle: z.enum(LIFECYCLES),
    artifact_location: z
      .string()
      .nullable()
      .describe('Where the files of its runs go, if a client chose; null = this server.'),
    tags: z.record(z.string(), z.string()),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    url: z.url().describe('This experiment.'),
    runs_url: z.url().describe('Its runs.'),
  })
  .meta({ id: 'ExperimentRecord' });

export const ExperimentPage = z
  .object({ experiments: z.array(ExperimentView), next_cursor: NextCursor })
  .meta({ id: 'ExperimentPage' });

/** @param baseUrl where this server is reached, without a slash at its end */
export function toExperimentView(record: ExperimentRecord, baseUrl: string): z.infer<typeof ExperimentView> {
  return {
    experiment_id: record.id,
    name: record.name,
    description: record.description ?? '',
    lifecycle: record.lifecycle,
    artifact_location: record.artifactLocation,
    tags: record.tags,
    created_at: new Date(record.createdAt).toISOString(),
    updated_at: new Date(record.updatedAt).toISOString(),
    url: `${baseUrl}/api/v1/experiments/${record.id}`,
    runs_url: `${baseUrl}/api/v1/runs?experiment=${encodeURIComponent(record.name)}`,
  };
}
