import { z } from 'zod';
import type { Lifecycle } from '../experiments/experiment.entity.js';
import { ExperimentId, LifecycleFilter, orderQuery, textsQuery } from '../experiments/experiment.schema.js';
import { storableText } from '../experiments/label.schema.js';
import { encodeSearchCursor, NextCursor, PageQuery, SearchCursor } from '../http/paging.js';
import { MAX_FILTER } from '../search/filter.js';
import { MAX_ORDER_KEYS } from '../search/order.js';
import { RunSummary } from './run.schema.js';

const MAX_EXPERIMENTS = 1_000;

const Filter = z
  .string()
  .max(MAX_FILTER)
  .default('')
  .describe(
    "Such as `metrics.rmse < 0.7 AND (params.model = 'ridge' OR NOT tags.stage IS NULL) AND start_time > '2026-01-31'`; empty = all. Dates without a zone are in UTC, names with blanks stand between double quotes.",
  );

/** What a search looks for; how its results are read is said beside it. */
export interface RunQuery {
  experiment_ids: number[];
  experiments: string[];
  filter: string;
  order_by: string[];
  lifecycle: Lifecycle | 'all';
}

/** What a cursor of runs belongs to. */
export const runSearchKey = ({ experiment_ids, experiments, filter, order_by, lifecycle }: RunQuery) => [
  experiment_ids,
  experiments,
  filter,
  order_by,
  lifecycle,
];

const ORDER =
  'Such as `metrics.rmse ASC`; empty = the newest first. Parameters are texts, so `params.alpha` puts 10 before 9; `number(params.alpha)` begins with those that are numbers, in their order.';

export const SearchRuns = z
  .strictObject({
    experiment_ids: z.array(ExperimentId).max(MAX_EXPERIMENTS).default([]),
    experiments: z
      .array(storableText(500))
      .max(MAX_EXPERIMENTS)
      .default([])
      .describe('Names. Where neither numbers nor names are given, all active experiments are searched.'),
    filter: Filter,
    order_by: z.array(z.string()).max(MAX_ORDER_KEYS).default([]).describe(ORDER),
    lifecycle: LifecycleFilter,
    limit: z.number().int().min(1).max(1_000).default(50).describe('How many runs at the most.'),
    cursor: SearchCursor,
  })
  .meta({ id: 'SearchRuns' });

const EXAMPLE = {
  experiment: 'wine-quality',
  filter: "attributes.status != 'FAILED'",
  order_by: 'start_time DESC',
};
/** Of a run that is newer than every real one, so the example shows the first page. */
const FIRST_POSITION = [0, 'infinity', '00000000-0000-0000-0000-000000000000'];

/** A search as it stands in an address, without how its results are read. */
export const RunFilterQuery = {
  experiment: textsQuery(MAX_EXPERIMENTS, 'Names of experiments, absent = all active ones', EXAMPLE.experiment),
  filter: Filter.meta({ examples: [EXAMPLE.filter] }),
  order_by: orderQuery(EXAMPLE.order_by),
  lifecycle: LifecycleFilter,
};

export const RunsQuery = z.strictObject({
  ...RunFilterQuery,
  limit: PageQuery.limit,
  cursor: SearchCursor.meta({
    examples: [
      encodeSearchCursor(
        runSearchKey({
          experiment_ids: [],
          experiments: [EXAMPLE.experiment],
          filter: EXAMPLE.filter,
          order_by: [EXAMPLE.order_by],
          lifecycle: 'active',
        }),
        FIRST_POSITION,
      ),
    ],
  }),
});

export const RunPage = z
  .object({
    runs: z.array(RunSummary),
    next_cursor: NextCursor,
    matches: z
      .object({
        count: z.number().int(),
        exact: z.boolean().describe('false = there are at least that many; it is not counted further.'),
      })
      .describe('How many runs there are on all pages.'),
  })
  .meta({ id: 'RunPage' });
