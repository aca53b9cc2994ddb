import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import compress from '@fastify/compress';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import type { Bindings, ChildLoggerOptions, Logger } from 'pino';
import type { Config } from '../config.js';
import { answerClientErrors } from './client-errors.js';
import { endConnectionsInTime } from './draining.js';
import { ErrorFilter, errorBody, toAppError } from './error.filter.js';
import { takeOnlyJson } from './json-body.js';
import { BODY_LIMIT, HEADERS_TIMEOUT_MS, PATH_PART_LIMIT } from './limits.js';
import { servePages } from './pages.js';
import { publicUrlOf } from './public-url.js';
import { applySettings } from './route-settings.js';
import { collectRoutes } from './route-table.js';
import { SchemaPipe } from './schema.pipe.js';
import { securityHeadersFor } from './security-headers.js';
import { SiteGuard } from './site-guard.js';
import { serveStreams } from './streamed-route.js';

const MAX_CONNECTIONS = 2_000;
/** Longer than any handler works without a word. */
const SILENCE_TIMEOUT_MS = 10 * 60_000;
/** Below this a compressed answer is not worth the work. */
const COMPRESS_FROM_BYTES = 4_096;
const REQUEST_ID = /^[\w-]{1,64}$/;

/**
 * Fastify with limits and timeouts; its own defaults wait for ever. Not with its `handlerTimeout`, which would cut long
 * downloads and costs a timer and an exception a request: what handlers wait for has limits of its own.
 */
export function createAdapter(logger: Logger): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    // Ordinary bodies have their own clock, so that long uploads are not cut.
    requestTimeout: 0,
    keepAliveTimeout: 65_000,
    // No byte either way: a client that does not take its answer must not hold it for ever.
    connectionTimeout: SILENCE_TIMEOUT_MS,
    // What still arrives is answered as ever; Fastify's own refusal has another shape.
    return503OnClosing: false,
    maxRequestsPerSocket: 1_000,
    // Node's own answer to a missing Host is empty; the site guard says what is missing.
    http: { headersTimeout: HEADERS_TIMEOUT_MS, requireHostHeader: false },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: PATH_PART_LIMIT },
    trustProxy: false,
    genReqId: (request: IncomingMessage) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    },
    clientErrorHandler: answerClientErrors(logger),
    // What the router itself refuses: an address that is no URL, or a part of it that is too long.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      const refused = toAppError(error, request);
      void reply
        .status(refused.status)
        .headers(securityHeadersFor(request.url))
        .header('x-request-id', request.id)
        .send(errorBody(refused, request.id));
    },
    // A logger for each request is only worth its making where requests are logged.
    loggerInstance: logger.isLevelEnabled('debug') ? logger : childless(logger),
    logController: new LogController({ disableRequestLogging: !logger.isLevelEnabled('debug') }),
  });
}

/**
 * A logger that is its own child, except for the one child with serializers that Fastify makes at its start. Not by a
 * factory of children: what one makes is examined at every request.
 */
function childless(logger: Logger): Logger {
  const same: Logger = Object.create(logger, {
    child: {
      value: (bindings: Bindings, options?: ChildLoggerOptions) =>
        options?.serializers ? childless(logger.child(bindings, options)) : same,
    },
  });
  return same;
}

/** Everything that every request passes: who may ask, headers, body types, checks, errors. Then the pages. */
export async function setUpHttp(app: NestFastifyApplication, config: Config): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.server.maxConnections = MAX_CONNECTIONS;
  endConnectionsInTime(fastify);
  takeOnlyJson(fastify);

  const guard = new SiteGuard(config);
  fastify.decorateRequest('publicUrl', '');
  fastify.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeadersFor(request.url)).header('x-request-id', request.id);
    guard.check(request);
    request.publicUrl = publicUrlOf(config, request);
  });
  serveStreams(fastify);
  applySettings(fastify);
  await fastify.register(compress, {
    threshold: COMPRESS_FROM_BYTES,
    encodings: ['br', 'gzip', 'identity'],
    globalDecompression: false,
  });

  collectRoutes(fastify);
  await servePages(fastify);
  app.useGlobalPipes(new SchemaPipe());
  app.useGlobalFilters(new ErrorFilter());
}
