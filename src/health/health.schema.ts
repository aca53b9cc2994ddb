import { z } from 'zod';

export const Alive = z.object({ status: z.literal('ok') }).meta({ id: 'Alive' });
export const RestCheck = z.object({ status: z.literal('ok'), message: z.string() }).meta({ id: 'RestCheck' });
