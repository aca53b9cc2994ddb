import { z } from 'zod';
import { LabelKey } from '../experiments/label.schema.js';
import { MetricValue, Parameters, RunTags } from './run.schema.js';

/** The most points of one request. */
export const MAX_POINTS = 10_000;

const LoggedPoint = z.strictObject({
  key: LabelKey,
  value: MetricValue,
  step: z.number().int().default(0),
  timestamp: z.number().int().min(0).optional().describe('Milliseconds since 1970; absent = now.'),
});

/** What one request appends to a run: all of it, or nothing. */
export const LogBody = z
  .strictObject({
    metrics: z.array(LoggedPoint).max(MAX_POINTS).default([]),
    parameters: Parameters.default({}),
    tags: RunTags.default({}),
  })
  .meta({ id: 'LogBody' });

export const Logged = z
  .object({ points: z.number().int(), parameters: z.number().int(), tags: z.number().int() })
  .describe('How much of each is durable now.')
  .meta({ id: 'Logged' });
