import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../errors.js';
import { PACKAGE_FOLDER } from '../package-folder.js';
import { isOfApi } from './security-headers.js';

/** Where `vite build` puts the pages. */
const BUILT_PAGES = join(PACKAGE_FOLDER, 'dist/web');

/** The addresses that show a page; the script in it reads the address and draws the rest. */
const PAGES = ['/', '/results', '/runs/:id'];

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/** Serves the web UI. Without a build of it the API works all the same, and the pages say what is missing. */
export async function servePages(fastify: FastifyInstance, root: string = BUILT_PAGES): Promise<void> {
  if (!existsSync(join(root, 'index.html'))) {
    for (const page of PAGES) {
      fastify.get(page, () => {
        throw new AppError('NOT_FOUND', 'The pages are not built: run npm run build, then start again. The API works.');
      });
    }
    return;
  }
  await fastify.register(fastifyStatic, { root, serve: false, index: false });
  // Always asked for again, because it names the scripts of this very version; an ETag keeps that cheap.
  const sendPage = (reply: FastifyReply) =>
    reply.header('cache-control', 'no-cache').sendFile('index.html', { cacheControl: false });
  for (const page of PAGES) fastify.get(page, (_request, reply) => sendPage(reply));
  fastify.addHook('onRequest', async (request, reply) => {
    if (request.is404 && isForPerson(request)) return sendPage(reply.status(404).header('vary', 'accept'));
  });
  // Vite puts all files into one folder and a hash of their content into their names.
  fastify.get<{ Params: { file: string } }>('/assets/:file', ({ params }, reply) =>
    reply.sendFile(params.file, join(root, 'assets'), { maxAge: YEAR_MS, immutable: true }),
  );
}

/**
 * Whether a browser asks in order to show the answer as a page: that says in words what is not there, and where to go. Who
 * opens an address of the API wants to see what programs see.
 */
function isForPerson({ method, url, headers }: FastifyRequest): boolean {
  return ['GET', 'HEAD'].includes(method) && !isOfApi(url) && headers.accept?.includes('text/html') === true;
}
