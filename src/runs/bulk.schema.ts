import { z } from 'zod';
import { storableText } from '../experiments/label.schema.js';
import { Id } from '../http/identifiers.js';
import { MAX_FILTER } from '../search/filter.js';
import { RunTagChanges } from './run.schema.js';

const Target = {
  run_ids: z.array(Id).min(1).max(1_000).optional().describe('Those that belong to no run are left out.'),
  filter: z
    .string()
    .max(MAX_FILTER)
    .optional()
    .describe('Instead of `run_ids`: all runs that a search finds. With `experiments` it may be empty.'),
  experiments: z
    .array(storableText(500))
    .min(1)
    .max(1_000)
    .optional()
    .describe('Names, with `filter`; absent = all active ones.'),
};

/** A search overlooks an AND that joins nothing, as MLflow's does; here it may be all that is left of a condition. */
const LOOSE_AND = /^and\b|\band$/i;

/** One action for many runs. */
export const BulkBody = z
  .strictObject({
    ...Target,
    action: z.enum(['tag', 'delete', 'restore', 'purge']).describe('`purge` is for good, deleted before or not.'),
    tags: RunTagChanges.default({}).describe('For `tag`: tags to set; null removes one.'),
  })
  .refine(
    (body) => (body.run_ids === undefined) !== (body.filter === undefined),
    'must be given run_ids or a filter, and not both',
  )
  .refine(({ run_ids, experiments }) => run_ids === undefined || experiments === undefined, {
    path: ['experiments'],
    message: 'belongs to a filter, and not to run_ids',
  })
  .refine(({ filter, experiments }) => filter?.trim() !== '' || experiments !== undefined, {
    path: ['filter'],
    message: 'is empty, which finds every run: name the experiments whose runs are all meant',
  })
  .refine(({ filter = '' }) => !LOOSE_AND.test(filter.trim()), {
    path: ['filter'],
    message: 'begins or ends with an AND, which joins nothing',
  })
  .refine(({ action, tags }) => action !== 'tag' || Object.keys(tags).length > 0, {
    path: ['tags'],
    message: 'must be given for the action tag',
  })
  .refine(({ action, tags }) => action === 'tag' || Object.keys(tags).length === 0, {
    path: ['tags'],
    message: 'belongs to the action tag',
  })
  .meta({ id: 'BulkBody' });

export const BulkAnswer = z
  .object({ changed: z.number().int().describe('Runs that are now as the action makes them.') })
  .meta({ id: 'BulkAnswer' });
