import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Logger,
  NotFoundException,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError, ERRORS, type ErrorCode } from '../errors.js';
import { allowedMethods } from './route-table.js';

/** Fastify refuses some requests before any handler; these are its codes under ours. */
const FASTIFY_CODES: Record<string, ErrorCode> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_CTP_EMPTY_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'INVALID_INPUT',
  FST_ERR_CTP_INVALID_JSON_BODY: 'MALFORMED_JSON',
  FST_ERR_MAX_PARAM_LENGTH: 'URI_TOO_LONG',
};

/** For answers of the framework that carry a status and no code of ours. */
const STATUS_CODES = new Map<number, ErrorCode>([
  [404, 'NOT_FOUND'],
  [405, 'METHOD_NOT_ALLOWED'],
  [409, 'CONFLICT'],
  [413, 'BODY_TOO_LARGE'],
  [414, 'URI_TOO_LONG'],
  [415, 'UNSUPPORTED_MEDIA_TYPE'],
  [503, 'UNAVAILABLE'],
]);

const EMPTY_BODY = { field: 'body', reason: 'is missing or empty', allowed: 'a JSON object; {} takes every default' };

/** Seconds after which a client may try again what we could not do now. */
const RETRY_AFTER = '5';

/** The only place that turns an error into an answer: `{code, message, details[], requestId}`. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  readonly #log = new Logger('http');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (isHealthReport(thrown)) {
      void reply.status(503).send(thrown.getResponse());
      return;
    }
    const error = thrown instanceof NotFoundException ? unknownAddress(request) : toAppError(thrown);
    if (error.code === 'METHOD_NOT_ALLOWED') reply.header('allow', allowedMethods(request.url).join(', '));
    if (error.status >= 500) {
      this.#log.error({ err: error.cause ?? thrown, requestId: request.id, url: request.url }, error.message);
    }
    if (error.status === 503) reply.header('retry-after', RETRY_AFTER);
    void reply.status(error.status).send(errorBody(error, request.id));
  }
}

export function errorBody(error: AppError, requestId: string) {
  return { code: error.code, message: error.message, details: error.details, requestId };
}

/**
 * Nest's own 404 does not know whether the address exists for another method. Where it exists for this one, what was asked
 * for behind it does not: a file.
 */
function unknownAddress({ method, url }: FastifyRequest): AppError {
  const methods = allowedMethods(url);
  if (methods.length === 0 || methods.includes(method)) {
    return new AppError('NOT_FOUND', `There is nothing at ${method} ${url.split('?', 1)[0]}.`);
  }
  return new AppError('METHOD_NOT_ALLOWED', undefined, {
    details: [{ field: 'method', reason: `${method} is not taken here`, allowed: methods.join(', ') }],
  });
}

/** Terminus reports a failing part by an exception whose body is the report itself. */
function isHealthReport(thrown: unknown): thrown is HttpException {
  if (!(thrown instanceof HttpException) || thrown.getStatus() !== 503) return false;
  const body = thrown.getResponse();
  return typeof body === 'object' && 'info' in body && 'error' in body;
}

function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const { code, statusCode, message } = thrown as { code?: string; statusCode?: number; message?: string };
  if (code === 'FST_ERR_CTP_EMPTY_JSON_BODY') {
    return new AppError('INVALID_INPUT', 'The request needs a body.', { details: [EMPTY_BODY], cause: thrown });
  }
  if (code && FASTIFY_CODES[code]) return new AppError(FASTIFY_CODES[code], undefined, { cause: thrown });
  if (thrown instanceof SyntaxError && statusCode === 400) {
    return new AppError('MALFORMED_JSON', undefined, {
      details: [{ field: 'body', reason: thrown.message, allowed: 'one JSON object in UTF-8' }],
      cause: thrown,
    });
  }
  const status = thrown instanceof HttpException ? thrown.getStatus() : (statusCode ?? 500);
  const known = STATUS_CODES.get(status);
  if (known) return new AppError(known, undefined, { cause: thrown });
  if (status >= 400 && status < 500) return new AppError('REQUEST_REFUSED', message, { cause: thrown });
  return new AppError('INTERNAL', ERRORS.INTERNAL.text, { cause: thrown });
}
