import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { FileAnswer, FileBody } from '../http/documented.js';
import { WIRE_CODES } from './wire-error.js';
import { EXAMPLE_RUN_ID } from './wire-message.schema.js';
import { EXAMPLE_MODEL_ID } from './wire-model.schema.js';

/**
 * What the documentation says of a route of the wire. Nothing is checked by it: WireFields reads requests by rules that no
 * schema has.
 */
export interface WireDocs {
  summary: string;
  description?: string;
  /** An example of what `*` stands for; absent = the path of a file. */
  rest?: string;
  /** Parameters of the address, with an example of all of them as metadata. */
  query?: z.ZodObject;
  /** Fields of a JSON body, with an example as metadata, or the bytes of a file. */
  body?: z.ZodObject | 'file';
  /** Absent = an empty object. */
  answer?: z.ZodType | 'file' | 'nothing';
  /** Absent = 404. */
  errors?: (keyof typeof ERRORS)[];
}

const WireErrorBody = z.object({ error_code: z.enum(WIRE_CODES), message: z.string() }).meta({ id: 'MlflowError' });
const Empty = z.object({}).meta({ id: 'MlflowEmpty' });
const FORMAT = { io: 'input', target: 'openapi-3.0' } as const;

const ERRORS = {
  400: 'A value is malformed, out of its range or contradicts what is stored; `message` names it.',
  403: 'The Host is not one of this server, or the request comes from another site.',
  404: 'There is no such record.',
  405: 'The address does not take this method; `Allow` names those that it takes.',
  408: 'The request did not arrive in time.',
  412: 'What is stored is not what `If-Match`, `If-None-Match` or `If-Unmodified-Since` ask for; nothing was changed.',
  413: 'The body is larger than 64 MiB.',
  414: 'A part of the address is longer than 1,000 characters.',
  416: 'The range begins behind the end of the file; `Content-Range` tells its size.',
  500: 'Our fault; the log holds the cause. Also what MLflow answers to the renaming of a deleted experiment.',
  503: 'A part that this needs is not available; try again after `Retry-After` seconds.',
};

/** What a path holds beside its words. */
const IN_PATH: Record<string, { name: string; description: string; example?: string }> = {
  ':id': { name: 'id', description: 'Of the logged model.', example: EXAMPLE_MODEL_ID },
  '*': { name: 'path', description: 'The rest of the address; its slashes may stand as they are.' },
};

const EXAMPLE_PATH = `0/${EXAMPLE_RUN_ID}/artifacts/model/MLmodel`;

/** Documents a route of the wire: what it takes, what it answers, and every error in the shape that clients read. */
export function WireDocumented(path: string, docs: WireDocs) {
  const { summary, description, rest = EXAMPLE_PATH, query, body, answer = Empty, errors = [404] } = docs;
  const statuses = [400, ...errors, 403, 405, 408, 414, ...(body && body !== 'file' ? [413] : []), 500, 503] as const;
  return applyDecorators(
    ApiOperation({ summary, ...(description && { description }) }),
    ...Object.entries(IN_PATH)
      .filter(([part]) => path.split('/').includes(part))
      .map(([, { example = rest, ...about }]) => ApiParam({ ...about, schema: { type: 'string', example } })),
    ...(query ? queryOf(query) : []),
    ...(body === 'file' ? [FileBody()] : []),
    ...(body && body !== 'file' ? [bodyOf(body)] : []),
    answerOf(answer),
    ...statuses.map((status) =>
      ApiResponse({ status, description: ERRORS[status as keyof typeof ERRORS], standardSchema: WireErrorBody }),
    ),
  );
}

function answerOf(answer: z.ZodType | 'file' | 'nothing') {
  if (answer === 'file') return FileAnswer();
  if (answer !== 'nothing') return ApiResponse({ status: 200, description: '', standardSchema: answer });
  const schema = { type: 'string', maxLength: 0 } as const;
  return ApiResponse({ status: 200, description: 'No body.', content: { 'text/plain': { schema } } });
}

function queryOf(fields: z.ZodObject) {
  const { properties = {}, required = [] } = z.toJSONSchema(fields, FORMAT);
  const example = exampleOf(fields);
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...schema } = property as { description?: string };
    return ApiQuery({
      name,
      ...(description && { description }),
      required: required.includes(name),
      schema: { ...schema, example: example[name] },
    });
  });
}

function bodyOf(fields: z.ZodObject) {
  const { $schema: _, examples: __, example: ___, ...schema } = z.toJSONSchema(fields, FORMAT);
  return ApiBody({ schema: schema as object, examples: { 'as clients send it': { value: exampleOf(fields) } } });
}

function exampleOf(fields: z.ZodObject): Record<string, unknown> {
  const [example] = (fields.meta()?.examples ?? []) as Record<string, unknown>[];
  return example;
}
