import { errorCodes, type FastifyInstance, type FastifyRequest } from 'fastify';
import { Settings } from './route-settings.js';
import { hasBody, limitBodyTime, requireDownloadRate, requireUploadRate } from './transfer-clock.js';

/** The type that bodies of streamed routes are given, whatever the client called them: only one parser may see them. */
const STREAM_TYPE = 'application/x-cellar-stream';

/**
 * Marks a route whose bodies pass as the bytes they are: no parser, no limit of size or of time in all, no compression. The handler
 * reads `request.raw`. Instead of a time limit, both sides must move at least 1 KB/s.
 */
export const Streamed = () => Settings({ isStreamed: true });

/** Serves the routes that are marked by {@link Streamed}. Call it before compression is set up, which reads what this sets. */
export function serveStreams(fastify: FastifyInstance): void {
  limitBodyTime(fastify, isStreamed);
  fastify.addContentTypeParser(STREAM_TYPE, (request, _payload, done) =>
    isStreamed(request) ? done(null) : done(new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE()),
  );
  fastify.addHook('onRoute', (route) => {
    if (!route.config?.settings?.isStreamed) return;
    route.compress = false;
    route.onRequest = (request, _reply, done) => {
      if (hasBody(request)) requireUploadRate(request);
      request.raw.headers['content-type'] = STREAM_TYPE;
      done();
    };
    route.onSend = (request, reply, payload, done) => {
      requireDownloadRate(request, reply.raw);
      done(null, payload);
    };
  });
}

function isStreamed(request: FastifyRequest): boolean {
  return request.routeOptions.config?.settings?.isStreamed === true;
}
