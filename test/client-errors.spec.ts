import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { pino } from 'pino';
import { answerClientErrors } from '../src/http/client-errors.js';
import { sendRaw } from './raw-request.js';

describe('errors before a request exists', () => {
  let server: Server;

  beforeEach(async () => {
    // Half a request is given up at once, so that nobody waits for the real 15 s.
    server = createServer({ headersTimeout: 50, requestTimeout: 50, connectionsCheckingInterval: 10 });
    server.on('clientError', answerClientErrors(pino({ level: 'silent' })));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  const port = () => (server.address() as AddressInfo).port;

  it('tell a client that was too slow what is waited for', async () => {
    const { status, headers, body } = await sendRaw(port(), 'GET / HTTP/1.1\r\nHost: local');
    expect([status, body.code, headers.connection]).toEqual([408, 'REQUEST_TIMEOUT', 'close']);
    expect(body.details).toEqual([
      { field: 'request', reason: 'did not arrive in time', allowed: 'headers within 15 s, everything within 60 s' },
    ]);
  });

  it('never stand inside of an answer that has begun', async () => {
    server.on('request', (_request, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('begun');
    });
    const socket = connect({ host: '127.0.0.1', port: port() });
    socket.on('error', () => undefined);
    socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n');
    let read = '';
    socket.on('data', (part) => {
      read += part.toString();
      if (read.endsWith('begun')) socket.write('no chunk\r\n');
    });
    await once(socket, 'close');
    expect(read).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nbegun$/);
  });
});
