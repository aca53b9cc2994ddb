import { request } from 'node:http';
import { ApiClient, type ErrorAnswer } from './api-client.js';
import { type BadRequest, CASES, RAW_CASES, WINE } from './bad-requests.js';
import { CellarProcess, temporaryFolder } from './cellar-process.js';
import { sendRaw } from './raw-request.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let cellar: CellarProcess;
let api: ApiClient;

beforeAll(async () => {
  folder = await temporaryFolder();
  cellar = await CellarProcess.start('main', { DATA_DIR: folder.path, WORKER_SLOTS: '1' });
  api = new ApiClient(cellar.url);
});

afterAll(async () => {
  await cellar?.stop();
  await folder?.remove();
});

/** Raw, because fetch sets Host and types by itself. */
function send({ path = WINE, method = 'POST', body, headers = {} }: BadRequest) {
  return new Promise<{ status: number; body: ErrorAnswer; headers: NodeJS.Dict<string | string[]> }>(
    (resolve, reject) => {
      const outgoing = request(
        {
          host: '127.0.0.1',
          port: new URL(api.url).port,
          path,
          method,
          headers: body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (part: string) => {
            text += part;
          });
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: JSON.parse(text), headers: response.headers }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    },
  );
}

/** How many tasks there are; those that other tests started may still change their state meanwhile. */
const stored = async () => {
  const { body } = await api.get<Record<string, number>>('/api/v1/task-counts');
  return Object.values(body).reduce((sum, count) => sum + count, 0);
};

describe('bad input', () => {
  it.each(CASES)('$name is refused with $status and a reason, and nothing is written', async (bad) => {
    const before = await stored();
    const { status, body, headers } = await send(bad);
    expect([status, body.code]).toEqual([bad.status, bad.code]);
    expect(Object.keys(body).sort()).toEqual(['code', 'details', 'message', 'requestId']);
    expect(body.message).toMatch(/\w/);
    expect(headers['x-request-id']).toBe(body.requestId);
    expect(headers['x-content-type-options']).toBe('nosniff');
    if (status === 400) {
      for (const detail of body.details) expect(detail).toMatchObject({ allowed: expect.stringMatching(/\w/) });
    }
    expect(JSON.stringify(body)).not.toMatch(/node_modules|\bat .*:\d+:\d+|select |insert |valid url component/i);
    if (bad.field) {
      const detail = body.details.find(({ field }) => field === bad.field);
      expect(detail?.reason).toMatch(bad.reason ?? /\w/);
      if (bad.allowed) expect(detail?.allowed).toMatch(bad.allowed);
    }
    expect(await stored()).toBe(before);
    expect((await api.get('/health/live')).status).toBe(200);
  });

  it.each(RAW_CASES)('$name is refused with $status and a reason, and the connection ends', async (bad) => {
    const { status, headers, text, body } = await sendRaw(Number(new URL(api.url).port), bad.request);
    expect([status, body.code]).toEqual([bad.status, bad.code]);
    expect(Object.keys(body).sort()).toEqual(['code', 'details', 'message', 'requestId']);
    expect(body.details).toEqual([
      { field: bad.field, reason: expect.stringMatching(/\w/), allowed: expect.stringMatching(bad.allowed) },
    ]);
    expect(headers).toMatchObject({
      connection: 'close',
      'content-length': String(Buffer.byteLength(text)),
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'x-request-id': body.requestId,
    });
    expect((await api.get('/health/live')).status).toBe(200);
  });

  it('says which methods an address takes', async () => {
    const { headers } = await send({ name: '', method: 'DELETE', status: 405, code: '' });
    expect(headers.allow).toBe('GET, HEAD, POST');
  });

  it('answers a preflight from another site without any permission', async () => {
    const { headers } = await send({
      name: '',
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
      status: 405,
      code: '',
    });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  it.each(['localhost', 'LOCALHOST:65535', '[::1]', '[::1]:1'])('is served under %s', async (host) => {
    const { status } = await send({
      name: '',
      method: 'GET',
      path: '/health/live',
      headers: { host },
      status: 200,
      code: '',
    });
    expect(status).toBe(200);
  });

  it('takes a request of its own pages and repeats a request id that is harmless', async () => {
    const { status, headers } = await api.post(
      WINE,
      {},
      { origin: api.url, 'sec-fetch-site': 'same-origin', 'x-request-id': 'my-id_1' },
    );
    expect([status, headers.get('x-request-id')]).toEqual([202, 'my-id_1']);
    const forged = await api.get('/health/live', { 'x-request-id': 'a b {"level":60}' });
    expect(forged.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
  });
});
