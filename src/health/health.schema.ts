import { z } from 'zod';

export const Alive = z.object({ status: z.literal('ok') }).meta({ id: 'Alive' });
export const RestCheck = z.object({ status: z.literal('ok'), message: z.string() }).meta({ id: 'RestCheck' });

/** What a part says of itself: which driver, how many bytes are free, how many workers are alive. */
const Part = z.looseObject({
  status: z.enum(['up', 'down']),
  message: z.string().optional().meta({ description: 'What is wrong, and what helps. Only of a part that is down.' }),
});
const Parts = z.record(z.string().meta({ description: 'The name of the part' }), Part);

/** As Terminus words it. `details` holds every part, `info` those that are up, `error` those that are down. */
const parts = { info: Parts, error: Parts, details: Parts };

export const Healthy = z.object({ status: z.literal('ok'), ...parts }).meta({
  id: 'Healthy',
  examples: [
    {
      status: 'ok',
      info: { database: { status: 'up' }, workers: { status: 'up', alive: 1, slots: 2 } },
      error: {},
      details: { database: { status: 'up' }, workers: { status: 'up', alive: 1, slots: 2 } },
    },
  ],
});
const down = {
  status: 'down',
  message: 'no worker gave a sign of life within 30 s: start one with npm run start:worker',
};
export const Unhealthy = z.object({ status: z.enum(['error', 'shutting_down']), ...parts }).meta({
  id: 'Unhealthy',
  examples: [
    {
      status: 'error',
      info: { database: { status: 'up' } },
      error: { workers: down },
      details: { database: { status: 'up' }, workers: down },
    },
  ],
});
