import type { FastifyInstance } from 'fastify';
import { AppError } from '../errors.js';

/** Detail of a request that must have a body and has none. */
export const MISSING_BODY = {
  field: 'body',
  reason: 'is missing or empty',
  allowed: 'a JSON object; {} takes every default',
};

/**
 * Takes JSON bodies and no others: plain text and form data are what a foreign page can post without asking, and a
 * compressed body hides its size.
 */
export function takeOnlyJson(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      done(
        new AppError('UNSUPPORTED_MEDIA_TYPE', undefined, {
          details: [{ field: 'Content-Encoding', reason: `is ${encoding}`, allowed: 'no compression' }],
        }),
      );
      return;
    }
    const isLenient = request.routeOptions.config.settings?.isLenient;
    if (isLenient && body.trim() === '') {
      done(null, {});
      return;
    }
    if (body.trim() === '') {
      done(new AppError('INVALID_INPUT', 'The request needs a body.', { details: [MISSING_BODY] }));
      return;
    }
    void parse(request, body, (error, value) => {
      if (error && isLenient) done(null, {});
      else done(error && malformed(error, body), value);
    });
  });
}

function malformed(error: Error, body: string): AppError {
  return new AppError('MALFORMED_JSON', undefined, {
    details: [
      { field: 'body', reason: reasonOf(body), allowed: 'one JSON value in UTF-8 (JSON has no NaN or Infinity)' },
    ],
    cause: error,
  });
}

/** Where the text stops being JSON, in the words of the parser; what it accepts may still hold a forbidden key. */
function reasonOf(body: string): string {
  try {
    JSON.parse(body);
    return 'holds the key __proto__ or constructor.prototype';
  } catch (error) {
    return (error as SyntaxError).message;
  }
}
