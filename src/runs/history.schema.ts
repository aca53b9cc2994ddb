import { z } from 'zod';
import { storableText } from '../experiments/label.schema.js';
import { EXAMPLE_ID, Id } from '../http/identifiers.js';
import { numberText } from '../http/number-text.js';
import { encodeCursor, NextCursor, SearchCursor } from '../http/paging.js';
import { CURVE_AXES } from './curve.js';
import { MetricValue } from './run.schema.js';

const MAX_RUNS = 100;
const MAX_KEYS = 50;

const Key = storableText(250).min(1).describe('Of the metric.');

/** One history, in pages or whole. */
export const HistoryQuery = z.strictObject({
  key: Key.meta({ examples: ['train/loss'] }),
  format: z
    .enum(['json', 'jsonl', 'csv'])
    .default('json')
    .describe('`json`: pages. `jsonl`, `csv`: the whole history as a stream, a line a point; no limit, no cursor.')
    .meta({ examples: ['json'] }),
  limit: numberText(
    z
      .number()
      .int()
      .min(1)
      .max(10_000)
      .default(1_000)
      .describe('How many points at the most.')
      .meta({ examples: [1_000] }),
  ),
  cursor: SearchCursor.meta({ examples: [encodeCursor(['train/loss', -1, 0, '0'])] }),
});

/** An int64, as far as a double can tell. */
const Whole = z.number().refine(Number.isInteger);

/** Key, timestamp, step and value of the last point shown. */
export const HistoryPosition = z.tuple([z.string(), Whole, Whole, z.string()]);

const HistoryPoint = z.object({
  step: z.number().int(),
  timestamp: z.number().int().describe('Milliseconds since 1970.'),
  value: MetricValue,
});

export const HistoryPage = z.object({
  points: z.array(HistoryPoint).describe('By timestamp, step and value.'),
  next_cursor: NextCursor,
});

export const MetricList = z
  .object({
    metrics: z.array(
      z.object({
        key: z.string(),
        last: HistoryPoint.describe('The point of the greatest step.'),
        min: MetricValue.nullable().describe('null where every value is NaN.'),
        max: MetricValue.nullable(),
        count: z.number().int().describe('Points, each counted once.'),
      }),
    ),
  })
  .meta({ id: 'MetricList' });

export const CurvesBody = z
  .strictObject({
    run_ids: z.array(Id).min(1).max(MAX_RUNS),
    keys: z.array(Key).min(1).max(MAX_KEYS),
    axis: z.enum(CURVE_AXES).default('step').describe('`relative`: milliseconds since the first point.'),
    from: z.number().optional().describe('Of the axis, included; absent = from the first point.'),
    to: z.number().optional().describe('Of the axis, included; absent = to the last point.'),
    points: z
      .number()
      .int()
      .min(4)
      .max(5_000)
      .default(320)
      .describe(
        'How many points of each curve at the most: four for each of a quarter as many equal parts. Their width is a power of two, so there may be half as many of them, and a curve that grows keeps its picture.',
      ),
  })
  .meta({ id: 'CurvesBody' });

export const CURVES_EXAMPLE = { run_ids: [EXAMPLE_ID], keys: ['train/loss'], axis: 'step', points: 320 };

export const Curves = z
  .object({
    curves: z
      .array(
        z.object({
          run_id: z.string(),
          key: z.string(),
          x: z.array(z.number()),
          y: z.array(MetricValue),
          steps: z.array(z.number().int()),
          count: z.number().int().describe('Points in the range.'),
          exact: z.boolean().describe('true = every point of the range is here.'),
        }),
      )
      .describe(
        'Those that hold a point; of each equal part the first, lowest, highest and last, and a value that is no finite number where there is one.',
      ),
  })
  .meta({ id: 'Curves' });
