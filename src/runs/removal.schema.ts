import { z } from 'zod';

/** Whether a record goes into the bin or for good. */
export const RemovalQuery = z.strictObject({
  purge: z
    .enum(['true', 'false'])
    .meta({ examples: ['false'] })
    .default('false')
    .transform((text) => text === 'true')
    .describe('true = gone at once and for good with its files, whether or not it was deleted before.'),
});

export const RemovedExperiment = z
  .object({
    experiment_id: z.number().int(),
    state: z.enum(['deleted', 'purged']).describe('`deleted` can be restored.'),
  })
  .meta({ id: 'RemovedExperiment' });
