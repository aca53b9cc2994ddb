import { once } from 'node:events';
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
