import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** A request that changes nothing. */
export interface Rehearsal {
  method: 'GET' | 'POST';
  path: string;
  body?: string;
}

const CONNECTIONS = 8;

/** V8 compiles a function for speed after some 400 calls. */
const REQUESTS = 800;
const LIMIT_MS = 600;

/**
 * Sends requests through the server, over a port of its own, until their way is compiled: before that, an answer takes three
 * times as long. Ends after 0.6 s at the latest; whatever goes wrong is left to the first real request.
 * @param fastify the server, ready and not yet listening
 */
export async function warmUp(fastify: FastifyInstance, rehearsals: Rehearsal[]): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  const stage = createServer((incoming, outgoing) => fastify.routing(incoming, outgoing));
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let sent = 0;
  try {
    await once(stage.listen(0, '127.0.0.1'), 'listening');
    const { port } = stage.address() as AddressInfo;
    const ask = async () => {
      while (sent < REQUESTS && performance.now() < deadline) {
        await answered(agent, port, rehearsals[sent++ % rehearsals.length]);
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, ask));
  } catch {
    // Only speed is lost.
  } finally {
    agent.destroy();
    stage.close();
  }
}

function answered(agent: Agent, port: number, { method, path, body }: Rehearsal): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { ...(body && { 'content-type': 'application/json' }) };
    const outgoing = request(
      { agent, host: '127.0.0.1', port, method, path, headers, timeout: LIMIT_MS },
      (response) => {
        response.resume().on('end', resolve).on('error', reject);
      },
    );
    outgoing.on('error', reject).on('timeout', () => outgoing.destroy());
    outgoing.end(body);
  });
}
