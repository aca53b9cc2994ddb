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

/** Nobody should wait longer than 2 s for a server that was only started again, and npm takes some of them. */
const AGE_IN_HURRY_MS = 1_200;

/**
 * Sends requests through the server, over a port of its own, until their way is compiled: before that, an answer takes three
 * times as long. Whatever goes wrong is left to the first real request.
 *
 * Resolves after 0.6 s at the latest. In a hurry, where the start has taken long already, it resolves earlier, on a slow
 * machine at once, and one connection makes up for the rest beside the real requests.
 * @param fastify the server, ready and not yet listening
 * @param ending ends it early
 */
export async function warmUp(
  fastify: FastifyInstance,
  rehearsals: Rehearsal[],
  { inHurry, ending }: { inHurry: boolean; ending: AbortSignal },
): Promise<void> {
  const end = performance.now() + LIMIT_MS; // since the process began
  const endOfWaiting = inHurry ? Math.min(end, AGE_IN_HURRY_MS) : end;
  const stage = createServer((incoming, outgoing) => fastify.routing(incoming, outgoing));
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let sent = 0;
  const ask = async (port: number, until: number) => {
    while (sent < REQUESTS && performance.now() < until && !ending.aborted) {
      await answered(agent, port, rehearsals[sent++ % rehearsals.length]);
    }
  };
  const leave = () => {
    agent.destroy();
    stage.close();
  };
  try {
    await once(stage.listen(0, '127.0.0.1'), 'listening');
    const { port } = stage.address() as AddressInfo;
    await Promise.all(Array.from({ length: CONNECTIONS }, () => ask(port, endOfWaiting)));
    void ask(port, end)
      .catch(() => undefined)
      .finally(leave);
  } catch {
    leave(); // Only speed is lost.
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
