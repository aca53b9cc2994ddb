import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import { ErrorBody } from './error.schema.js';

/** What each status means where it can come. */
const WHEN: Record<number, string> = {
  400: 'A value is malformed or out of its range; `details` names each.',
  404: 'There is no such record.',
  409: 'The request contradicts what is stored.',
  413: 'The body is larger than 1 MiB.',
  415: 'The body is not application/json.',
  416: 'The range begins behind the end of the file; `Content-Range` tells its size.',
  503: 'A part that this needs is not available; try again after `Retry-After` seconds.',
};

/** Every route may answer these; they are decided before any handler. */
export const EVERYWHERE: Record<number, string> = {
  403: 'The Host is not one of this server, or the request comes from another site.',
  405: 'The address does not take this method; `Allow` names those that it takes.',
  431: 'The headers are larger than 16 KiB, together with the address.',
  500: 'Our fault; the log holds the cause under `requestId`.',
};

/** Documents a route: what it is for, and each error that it can answer beside those that every route can. */
export function Documented(options: { summary: string; description?: string; errors?: (keyof typeof WHEN)[] }) {
  const { summary, description, errors = [] } = options;
  return applyDecorators(
    ApiOperation({ summary, ...(description && { description }) }),
    ...errors.map((status) => ApiResponse({ status, description: WHEN[status], standardSchema: ErrorBody })),
  );
}
