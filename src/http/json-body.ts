import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { AppError } from '../errors.js';

/** Detail of a request that must have a body and has none. */
export const MISSING_BODY = {
  field: 'body',
  reason: 'is missing or empty',
  allowed: 'a JSON object; {} takes every default',
};

const NOT_UTF8 = { field: 'body', reason: 'is not UTF-8', allowed: 'one JSON value in UTF-8' };

const BYTE_ORDER_MARK = 0xfeff;

/**
 * Takes JSON bodies and no others: plain text and form data are what a foreign page can post without asking, and a
 * compressed body hides its size.
 */
export function takeOnlyJson(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  // Such keys are fields that nobody knows.
  const parseLeniently = fastify.getDefaultJsonParser('remove', 'remove');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
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
    if (!isUtf8(bytes)) {
      if (isLenient) done(null, {});
      else done(new AppError('MALFORMED_JSON', undefined, { details: [NOT_UTF8] }));
      return;
    }
    const body = bytes.toString('utf8');
    // Many clients name a type whether they send a body or not.
    if (body.trim() === '' && request.method === 'DELETE') {
      done(null, isLenient ? {} : undefined);
      return;
    }
    if (isLenient && body.trim() === '') {
      done(null, {});
      return;
    }
    if (body.trim() === '') {
      done(new AppError('INVALID_INPUT', 'The request needs a body.', { details: [MISSING_BODY] }));
      return;
    }
    if (isLenient) {
      const answer = (error: Error | null, value?: unknown) => {
        if (!error) done(null, value);
        else void parseLeniently(request, quoted(body), (_, second?: unknown) => done(null, second ?? {}));
      };
      if (namesNoPrototype(body)) parsePlain(body, answer);
      else void parseLeniently(request, body, answer);
      return;
    }
    const answer = (error: Error | null, value?: unknown) => done(error && malformed(error, body), value);
    if (namesNoPrototype(body)) parsePlain(body, answer);
    else void parse(request, body, answer);
  });
}

/** False where a key may be one that changes how objects behave, in clear or escaped. Far cheaper than the regular expressions of the full check. */
function namesNoPrototype(body: string): boolean {
  return !body.includes('__proto__') && !body.includes('constructor') && !body.includes('\\u');
}

function parsePlain(body: string, done: (error: Error | null, value?: unknown) => void): void {
  let value: unknown;
  try {
    value = JSON.parse(body.charCodeAt(0) === BYTE_ORDER_MARK ? body.slice(1) : body);
  } catch (error) {
    done(error as Error);
    return;
  }
  done(null, value);
}

/**
 * The same with NaN and the infinities, which Python writes as bare words, as texts. A text that does not end counts up to
 * the end, so that no part of the body is looked at twice.
 */
function quoted(body: string): string {
  return body.replace(/"(?:[^"\\]|\\[\s\S])*"?|-?\b(?:NaN|Infinity)\b/g, (part) =>
    part.startsWith('"') ? part : `"${part}"`,
  );
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
