import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode } from '../errors.js';
import { toAppError } from '../http/error.filter.js';

/** In the words of MLflow; a fault of ours for all others. */
const WIRE_CODES: Partial<Record<ErrorCode, string>> = {
  INVALID_INPUT: 'INVALID_PARAMETER_VALUE',
  REQUEST_REFUSED: 'BAD_REQUEST',
  RANGE_NOT_SATISFIABLE: 'INVALID_PARAMETER_VALUE',
  NOT_FOUND: 'RESOURCE_DOES_NOT_EXIST',
  NOT_IMPLEMENTED: 'NOT_IMPLEMENTED',
  UNAVAILABLE: 'TEMPORARILY_UNAVAILABLE',
};

/** Seconds after which a client may try again what we could not do now. */
const RETRY_AFTER = '5';

/** Errors of artifact routes in the shape that MLflow clients read: `{error_code, message}`. */
@Catch()
export class ArtifactErrorFilter implements ExceptionFilter {
  readonly #log = new Logger('mlflow');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const error = toAppError(thrown, request);
    if (error.status >= 500 && error.code !== 'NOT_IMPLEMENTED') {
      this.#log.error({ err: error.cause ?? thrown, requestId: request.id, url: request.url }, error.message);
    }
    if (error.code === 'UNAVAILABLE') reply.header('retry-after', RETRY_AFTER);
    const reasons = error.details.map(({ field, reason }) => `${field} ${reason}`).join('; ');
    void reply.status(error.status).send({
      error_code: WIRE_CODES[error.code] ?? 'INTERNAL_ERROR',
      message: reasons && error.code === 'INVALID_INPUT' ? `${error.message} (${reasons})` : error.message,
    });
  }
}
