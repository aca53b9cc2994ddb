import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Logger,
  NotFoundException,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError, ERRORS, type ErrorCode, type ErrorDetail } from '../errors.js';
import { BODY_LIMIT, PATH_PART_LIMIT } from './limits.js';
import { allowedMethods } from './route-table.js';

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
      void reply.status(503).header('retry-after', RETRY_AFTER).send(thrown.getResponse());
      return;
    }
    const error = thrown instanceof NotFoundException ? unknownAddress(request) : toAppError(thrown, request);
    if (error.code === 'METHOD_NOT_ALLOWED') reply.header('allow', allowedMethods(request.url).join(', '));
    if (error.status >= 500 && error.code !== 'NOT_IMPLEMENTED') {
      this.#log.error({ err: error.cause ?? thrown, requestId: request.id, url: request.url }, error.message);
    }
    if (error.status === 503) reply.header('retry-after', RETRY_AFTER);
    const { status, body } = request.routeOptions?.config?.settings?.answerError?.(error) ?? {
      status: error.status,
      body: errorBody(error, request.id),
    };
    void reply.status(status).send(body);
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

/** @param request the one that failed, for what its details say */
export function toAppError(thrown: unknown, request: FastifyRequest): AppError {
  if (thrown instanceof AppError) return thrown;
  const { statusCode, code: reason } = thrown as { statusCode?: number; code?: string };
  const status = thrown instanceof HttpException ? thrown.getStatus() : (statusCode ?? 500);
  const code = STATUS_CODES.get(status);
  if (code) return new AppError(code, undefined, { details: detailsOf(code, request), cause: thrown });
  if (status >= 400 && status < 500) {
    return new AppError('REQUEST_REFUSED', undefined, { details: [refusalOf(reason)], cause: thrown });
  }
  return new AppError('INTERNAL', ERRORS.INTERNAL.text, { cause: thrown });
}

/** @param code of the framework, whose own text names things that a client can not know */
function refusalOf(code: string | undefined): ErrorDetail {
  return code === 'FST_ERR_BAD_URL'
    ? {
        field: 'url',
        reason: 'can not be decoded',
        allowed: 'each % followed by two hex digits, together valid UTF-8; % itself is %25',
      }
    : { field: 'request', reason: 'can not be read', allowed: 'a request as /docs describes it' };
}

function detailsOf(code: ErrorCode, { headers, routeOptions }: FastifyRequest): ErrorDetail[] {
  if (code === 'UNSUPPORTED_MEDIA_TYPE') {
    const type = headers['content-type'];
    return [{ field: 'Content-Type', reason: type ? `is ${type}` : 'is missing', allowed: 'application/json' }];
  }
  if (code === 'BODY_TOO_LARGE') {
    const length = headers['content-length'];
    return [
      {
        field: 'body',
        reason: length ? `has ${length} bytes` : 'is too long',
        allowed: `at most ${routeOptions?.bodyLimit ?? BODY_LIMIT} bytes`,
      },
    ];
  }
  if (code === 'URI_TOO_LONG') {
    return [{ field: 'url', reason: 'has a part that is too long', allowed: `at most ${PATH_PART_LIMIT} characters` }];
  }
  return [];
}
