import type { FastifyInstance } from 'fastify';
import type { HttpSocket } from './client-errors.js';

/** What requests that run get to end once the server is to end. */
const DRAIN_MS = 10_000;

/**
 * Lets a server end although clients hold connections. Node closes those that have had an answer by then, and waits for ever
 * for those that get one later and stay, have not sent a whole header, or do not read what they asked for.
 */
export function endConnectionsInTime(fastify: FastifyInstance): void {
  const sockets = new Set<HttpSocket>();
  let isEnding = false;
  fastify.server.on('connection', (socket: HttpSocket) => {
    // Node has closed what was idle already and would wait for this one.
    if (isEnding) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  fastify.addHook('preClose', (done) => {
    isEnding = true;
    for (const socket of sockets) {
      if (socket._httpMessage) socket._httpMessage.once('finish', () => socket.destroySoon());
      else socket.destroy();
    }
    const timer = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, DRAIN_MS);
    fastify.server.once('close', () => clearTimeout(timer));
    done();
  });
}
