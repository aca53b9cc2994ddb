import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { ErrorBody } from './error.schema.js';

/** What each status means where it can come. */
const WHEN = {
  400: 'A value is malformed or out of its range; `details` names each.',
  404: 'There is no such record.',
  409: 'The request contradicts what is stored.',
  412: 'What is stored is not what `If-Match`, `If-None-Match` or `If-Unmodified-Since` ask for; nothing was changed.',
  413: 'The body is larger than 1 MiB, or than the route says.',
  415: 'The body is not application/json.',
  416: 'The range begins behind the end of the file; `Content-Range` tells its size.',
  503: 'A part that this needs is not available; try again after `Retry-After` seconds.',
};

/** Every route may answer these; they are decided before any handler. */
export const EVERYWHERE: Record<number, string> = {
  403: 'The Host is not one of this server, or the request comes from another site.',
  405: 'The address does not take this method; `Allow` names those that it takes.',
  408: 'The request did not arrive in time.',
  414: 'A part of the address is longer than 1,000 characters.',
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

/**
 * Documents a JSON body by the schema that checks it.
 * @param examples bodies by what they show; each is taken as it stands
 */
export function JsonBody(schema: z.ZodType, examples: Record<string, unknown>) {
  return ApiBody({
    schema: describedBy(schema, 'input'),
    examples: Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }])),
  });
}

/** Documents an answer that is JSON or, as the client likes, a text of one of the other types. */
export function JsonOrTextAnswer(schema: z.ZodType, types: string[]) {
  const texts = types.map((type) => [type.split(';')[0], { schema: { type: 'string' } }]);
  return ApiOkResponse({
    description: '',
    content: { 'application/json': { schema: describedBy(schema, 'output') }, ...Object.fromEntries(texts) },
  });
}

/** In the words of OpenAPI, in the place where it is used. */
function describedBy(schema: z.ZodType, io: 'input' | 'output'): object {
  const { id: _, $schema: __, ...described } = z.toJSONSchema(schema, { io, target: 'openapi-3.0' });
  return described;
}

/** Documents the id of a run in the path. */
export const RunIdParam = () =>
  ApiParam({ name: 'id', schema: { type: 'string' }, description: 'Of the run, with or without hyphens.' });

const BYTES = { type: 'string', format: 'binary' } as const;
/** Texts are answered as such, whatever they are. */
const FILE = { 'application/octet-stream': { schema: BYTES }, 'text/plain': { schema: { type: 'string' } } } as const;

/** Documents a body that is a file, byte by byte. */
export const FileBody = () => applyDecorators(ApiConsumes('application/octet-stream'), ApiBody({ schema: BYTES }));

function optionalHeaders(headers: Record<string, string>) {
  return Object.entries(headers).map(([name, description]) =>
    ApiHeader({ name, required: false, schema: { type: 'string' }, description }),
  );
}

/** Documents the conditions under which a file is changed. */
export const Conditional = () =>
  applyDecorators(
    ...optionalHeaders({
      'If-Match': 'ETags, or `*`: only if the file is one of them, or any.',
      'If-None-Match': '`*`, or ETags: only if no file is there, or another one.',
      'If-Unmodified-Since': 'A date: only if the file is not newer.',
    }),
  );

/** Documents an answer that is a file, or as much of it as the client needs. */
export const FileAnswer = () =>
  applyDecorators(
    ...optionalHeaders({
      Range: '`bytes=0-99`: then 206.',
      'If-Range': 'An ETag: all of the file where it has another one.',
      'If-Match': 'ETags: 412 where the file has another one.',
      'If-None-Match': 'ETags: 304 where the file has one of them.',
      'If-Modified-Since': 'A date: 304 where the file is not newer.',
      'If-Unmodified-Since': 'A date: 412 where the file is newer.',
    }),
    ApiOkResponse({ description: 'The file.', content: FILE }),
    ApiResponse({ status: 206, description: 'The part of it that was asked for.', content: FILE }),
    ApiResponse({ status: 304, description: 'The file is the one that the client has.' }),
  );
