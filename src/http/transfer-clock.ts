import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { REQUEST_TIMEOUT_MS } from './limits.js';

/** A transfer of any length is let go on while at least 1 KB/s of it moves in each window. */
export const RATE_WINDOW_MS = 30_000;
export const BYTES_PER_WINDOW = (RATE_WINDOW_MS / 1000) * 1024;

/** Cuts off clients that hold a connection by sending an ordinary body slowly; answers 408 as the server itself would. */
export function limitBodyTime(fastify: FastifyInstance, isExempt: (request: FastifyRequest) => boolean): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (hasBody(request) && !isExempt(request)) {
      const { raw } = request;
      const timer = setTimeout(() => {
        const timeout = Object.assign(new Error('The body took too long.'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
        fastify.server.emit('clientError', timeout, raw.socket);
      }, REQUEST_TIMEOUT_MS).unref();
      onceOver(raw, ['end', 'close'], () => clearTimeout(timer));
    }
    done();
  });
}

/** Cuts off a client that sends a long body slower than the minimum. Waiting for our own disk is not its fault. */
export function requireUploadRate({ raw }: FastifyRequest): void {
  const { socket } = raw;
  const stop = requireRate(
    () => socket.bytesRead,
    () => raw.readableLength === 0,
    socket,
  );
  onceOver(raw, ['end', 'close'], stop);
}

/** Cuts off a client that takes a long answer slower than the minimum. */
export function requireDownloadRate(request: FastifyRequest, answer: NodeJS.EventEmitter): void {
  const socket = request.raw.socket as Socket | null;
  // Nobody is there any more.
  if (!socket) return;
  const stop = requireRate(
    () => socket.bytesWritten,
    () => true,
    socket,
  );
  onceOver(answer, ['finish', 'close'], stop);
}

/** @returns what ends the watch */
export function requireRate(
  bytesMoved: () => number,
  isAtFault: () => boolean,
  socket: Pick<Socket, 'destroy'>,
): () => void {
  let before = bytesMoved();
  const timer = setInterval(() => {
    const now = bytesMoved();
    if (now - before < BYTES_PER_WINDOW && isAtFault()) socket.destroy();
    before = now;
  }, RATE_WINDOW_MS).unref();
  return () => clearInterval(timer);
}

export function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function onceOver(emitter: NodeJS.EventEmitter, events: string[], listener: () => void): void {
  for (const event of events) emitter.once(event, listener);
}
