import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import compress from '@fastify/compress';
import helmet from '@fastify/helmet';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { ErrorFilter } from './error.filter.js';
import { servePages } from './pages.js';
import { publicUrlOf } from './public-url.js';
import { collectRoutes } from './route-table.js';
import { SchemaPipe } from './schema.pipe.js';
import { SiteGuard } from './site-guard.js';

const MIB = 1024 * 1024;
const MAX_CONNECTIONS = 2_000;
/** Below this a compressed answer is not worth the work. */
const COMPRESS_FROM_BYTES = 4_096;
const REQUEST_ID = /^[\w-]{1,64}$/;

/** Fastify with limits and timeouts; its own defaults wait for ever. */
export function createAdapter(logger: Logger): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: MIB,
    requestTimeout: 60_000,
    keepAliveTimeout: 65_000,
    handlerTimeout: 30_000,
    maxRequestsPerSocket: 0,
    http: { headersTimeout: 15_000 },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1_000 },
    trustProxy: false,
    genReqId: (request: IncomingMessage) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    },
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: !logger.isLevelEnabled('debug') }),
  });
}

/** Everything that every request passes: who may ask, headers, body types, checks, errors. Then the pages. */
export async function setUpHttp(app: NestFastifyApplication, config: Config): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.server.maxConnections = MAX_CONNECTIONS;
  // Nothing here takes plain text, and a text/plain POST is what a foreign page can send without asking.
  fastify.removeContentTypeParser('text/plain');

  const guard = new SiteGuard(config);
  fastify.decorateRequest('publicUrl', '');
  fastify.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    guard.check(request);
    request.publicUrl = publicUrlOf(config, request);
  });
  await fastify.register(helmet, HELMET_OPTIONS);
  fastify.addHook('onRequest', async (request, reply) => {
    if (DOCS.test(request.url)) reply.header('content-security-policy', DOCS_POLICY);
  });
  await fastify.register(compress, { threshold: COMPRESS_FROM_BYTES, encodings: ['br', 'gzip', 'identity'] });

  collectRoutes(fastify);
  await servePages(fastify);
  app.useGlobalPipes(new SchemaPipe());
  app.useGlobalFilters(new ErrorFilter());
}

/** Swagger UI's page has one inline style sheet; no other page may. */
const DOCS = /^\/docs(\/|\?|$)/;
const DOCS_POLICY =
  "default-src 'self';script-src 'self';style-src 'self' 'unsafe-inline';img-src 'self' data:;connect-src 'self';frame-ancestors 'none';base-uri 'none';form-action 'none';object-src 'none'";

const HELMET_OPTIONS = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:', 'blob:'],
      connectSrc: ["'self'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      objectSrc: ["'none'"],
    },
  },
  // The server speaks HTTP; whoever puts TLS in front adds this there.
  strictTransportSecurity: false,
  referrerPolicy: { policy: 'no-referrer' as const },
  crossOriginOpenerPolicy: { policy: 'same-origin' as const },
  crossOriginResourcePolicy: { policy: 'same-origin' as const },
};
