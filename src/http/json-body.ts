import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../errors.js';

/** Detail of a request that must have a body and has none. */
export const MISSING_BODY = {
  field: 'body',
  reason: 'is missing or empty',
  allowed: 'a JSON object; {} takes every default',
};

const NOT_UTF8 = { field: 'body', reason: 'is not UTF-8', allowed: 'one JSON value in UTF-8' };

const BYTE_ORDER_MARK = 0xfeff;

/** What a parser of Fastify is; it answers at once. */
type Parser = ReturnType<FastifyInstance['getDefaultJsonParser']>;

/**
 * Takes JSON bodies and no others: plain text and form data are what a foreign page can post without asking, and a
 * compressed body hides its size.
 */
export function takeOnlyJson(fastify: FastifyInstance): void {
  const refusing = fastify.getDefaultJsonParser('error', 'error');
  // Such keys are fields that nobody knows.
  const removing = fastify.getDefaultJsonParser('remove', 'remove');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    let value: unknown;
    try {
      refuseEncoded(request);
      value = request.routeOptions.config.settings?.isLenient
        ? readLeniently(bytes, request, removing)
        : readStrictly(bytes, request, refusing);
    } catch (error) {
      done(error as Error);
      return;
    }
    done(null, value);
  });
}

function refuseEncoded({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity') return;
  throw new AppError('UNSUPPORTED_MEDIA_TYPE', undefined, {
    details: [{ field: 'Content-Encoding', reason: `is ${encoding}`, allowed: 'no compression' }],
  });
}

/** @throws AppError MALFORMED_JSON, INVALID_INPUT where there is none */
function readStrictly(bytes: Buffer, request: FastifyRequest, parser: Parser): unknown {
  if (!isUtf8(bytes)) throw new AppError('MALFORMED_JSON', undefined, { details: [NOT_UTF8] });
  const body = bytes.toString('utf8');
  if (body.trim() === '') {
    // Many clients name a type whether they send a body or not.
    if (request.method === 'DELETE') return undefined;
    throw new AppError('INVALID_INPUT', 'The request needs a body.', { details: [MISSING_BODY] });
  }
  try {
    return parsed(body, request, parser);
  } catch (error) {
    throw malformed(error as Error, body);
  }
}

/** Whatever is no JSON, and no JSON as Python writes it, counts as an empty object. */
function readLeniently(bytes: Buffer, request: FastifyRequest, parser: Parser): unknown {
  if (!isUtf8(bytes)) return {};
  const { listReader } = request.routeOptions.config.settings ?? {};
  try {
    const read = listReader?.body(bytes, (json) => parsed(json, request, parser));
    if (read !== undefined) return read;
  } catch {
    // What is wrong with it shows when it is parsed as a whole.
  }
  const body = bytes.toString('utf8');
  if (body.trim() === '') return {};
  try {
    return parsed(body, request, parser);
  } catch {
    try {
      return withParser(withQuotedNumbers(body), request, parser);
    } catch {
      return {};
    }
  }
}

/** @throws Error where it is no JSON */
function parsed(body: string, request: FastifyRequest, parser: Parser): unknown {
  if (!namesNoPrototype(body)) return withParser(body, request, parser);
  return JSON.parse(body.charCodeAt(0) === BYTE_ORDER_MARK ? body.slice(1) : body);
}

function withParser(body: string, request: FastifyRequest, parser: Parser): unknown {
  let answer: { error: Error | null; value?: unknown } = { error: new Error('the parser gave no answer') };
  void parser(request, body, (error, value) => {
    answer = { error, value };
  });
  if (answer.error) throw answer.error;
  return answer.value;
}

/** False where a key may be one that changes how objects behave, in clear or escaped. Far cheaper than the regular expressions of the full check. */
function namesNoPrototype(body: string): boolean {
  return !body.includes('__proto__') && !body.includes('constructor') && !body.includes('\\u');
}

/**
 * The same with NaN and the infinities, which Python writes as bare words, as texts. A text that does not end counts up to
 * the end, so that no part of the body is looked at twice.
 */
export function withQuotedNumbers(body: string): string {
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
