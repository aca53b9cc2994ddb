import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import fastify from 'fastify';
import { endConnectionsInTime } from '../src/http/draining.js';

it('does not wait for a connection that comes while it ends', async () => {
  const server = fastify();
  endConnectionsInTime(server);
  server.addHook('preClose', async () => {
    const accepted = once(server.server, 'connection');
    const client = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => undefined);
    await accepted;
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  const start = performance.now();
  await server.close();
  expect(performance.now() - start).toBeLessThan(2_000);
}, 20_000);

it('does not wait for a connection that stays after its last answer', async () => {
  const server = fastify();
  endConnectionsInTime(server);
  const asked = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  server.get('/', async () => {
    asked.resolve();
    await end.promise;
    return 'answer';
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  const answered = once(get({ port, host: '127.0.0.1', agent }), 'response');
  await asked.promise;
  const start = performance.now();
  const closed = server.close();
  await new Promise((resolve) => setTimeout(resolve, 100));
  end.resolve();
  const [response] = await answered;
  expect(response.statusCode).toBe(200);
  response.resume();
  await closed;
  expect(performance.now() - start).toBeLessThan(2_000);
  agent.destroy();
}, 20_000);
