import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../errors.js';

const CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

/** The body of every error. */
export const ErrorBody = z
  .object({
    code: z.enum(CODES),
    message: z.string(),
    details: z.array(
      z.object({
        field: z.string().describe('Path into the body, or the name of a query, path or header value.'),
        reason: z.string(),
        allowed: z.string().optional(),
      }),
    ),
    requestId: z.string().describe('Stands in the log beside the cause.'),
  })
  .meta({ id: 'Error' });
