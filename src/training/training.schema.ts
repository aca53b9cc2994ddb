import { z } from 'zod';
import { EXAMPLE_ID } from '../http/identifiers.js';
import { NextCursor, pageQueryWith } from '../http/paging.js';
import type { CatalogueEntry } from './catalogue/catalogue-entry.js';

/** An experiment as the catalogue lists it. */
export const CatalogueItem = z
  .object({
    name: z.string(),
    description: z.string(),
    url: z.url().describe('What it takes; POST there starts a task.'),
    tasks: z.url().describe('Its tasks.'),
  })
  .meta({ id: 'CatalogueItem' });
export const CatalogueList = z.array(CatalogueItem);

const JsonObject = z.record(z.string(), z.unknown());

export const CatalogueExperimentView = CatalogueItem.extend({
  results: z.url().describe('Its finished tasks as a table.'),
  dataset: z.object({
    name: z.string(),
    rows: z.number().int(),
    features: z.array(z.string()),
    target: z.string(),
  }),
  parameters: JsonObject.describe('JSON Schema of the body that POST takes.'),
  defaults: JsonObject,
  metrics: z.array(z.object({ name: z.string(), description: z.string(), better: z.enum(['lower', 'higher']) })),
  example: JsonObject.describe('A body that works.'),
}).meta({ id: 'CatalogueExperiment' });

export const SubmittedTask = z
  .object({
    task_id: z.uuid(),
    task: z.url().describe('Where its state and result are, also in the Location header.'),
  })
  .meta({ id: 'SubmittedTask' });

const ResultRow = z.object({
  task_id: z.uuid(),
  name: z.string(),
  parameters: JsonObject,
  metrics: JsonObject,
  done_at: z.iso.datetime(),
  run_seconds: z.number().nullable(),
  url: z.url(),
});
export const ResultPage = z.object({ results: z.array(ResultRow), next_cursor: NextCursor }).meta({ id: 'ResultPage' });

/** What the results of an experiment can be sorted by: `parameters.<name>`, `metrics.<name>` or `done`. */
export function sortKeysOf(entry: CatalogueEntry): [string, ...string[]] {
  return [
    'done',
    ...Object.keys(entry.parameters.shape).map((name) => `parameters.${name}`),
    ...entry.metrics.map(({ name }) => `metrics.${name}`),
  ];
}

export function resultsQueryOf(entry: CatalogueEntry) {
  return z.strictObject({
    sort: z
      .enum(sortKeysOf(entry))
      .default('done')
      .describe('What to sort by.')
      .meta({ examples: ['done'] }),
    order: z
      .enum(['asc', 'desc'])
      .default('desc')
      .meta({ examples: ['desc'] }),
    // After every time at which a task was done.
    ...pageQueryWith(['done', 'desc', 'infinity', EXAMPLE_ID]),
  });
}
export type ResultsQuery = z.infer<ReturnType<typeof resultsQueryOf>>;
