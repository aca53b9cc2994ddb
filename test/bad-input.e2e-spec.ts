import { request } from 'node:http';
import { EXAMPLE_ID } from '../src/http/identifiers.js';
import { ApiClient, type ErrorAnswer } from './api-client.js';
import { CellarProcess, temporaryFolder } from './cellar-process.js';
import { sendRaw } from './raw-request.js';

const WINE = '/experiment/wine-quality/';
const JSON_TYPE = { 'content-type': 'application/json' };

interface BadRequest {
  name: string;
  path?: string;
  method?: string;
  body?: string;
  headers?: Record<string, string>;
  status: number;
  code: string;
  field?: string;
  reason?: RegExp;
  allowed?: RegExp;
}

const post = (name: string, body: string, field: string, allowed: RegExp, code = 'INVALID_INPUT'): BadRequest => ({
  name,
  body,
  headers: JSON_TYPE,
  status: 400,
  code,
  field,
  allowed,
});

const to = (path: string, body: unknown, field: string, reason: RegExp, allowed: RegExp): BadRequest => ({
  ...post(`${JSON.stringify(body)} to ${path}`, JSON.stringify(body), field, allowed),
  path,
  reason,
});
const ID = '0'.repeat(32);

/** What the schemas of the tracking API refuse. */
const SCHEMA_CASES: BadRequest[] = [
  to(
    '/api/v1/runs',
    { experiment_id: 'x' },
    'experiment_id',
    /^is a string, expected number$/,
    /^a whole number from 0 to \d+$/,
  ),
  ...[null, '', [], [0], false, true, '0x1'].map((id) =>
    to('/api/v1/runs', { experiment_id: id }, 'experiment_id', /expected number$/, /^a whole number from 0/),
  ),
  to('/api/v1/runs/search', { experiment_ids: [null] }, 'experiment_ids.0', /^is null/, /^a whole number from 0/),
  to(
    '/api/v1/runs',
    { experiment_id: 0, tags: { 'mlflow.runName': '' } },
    'tags.mlflow.runName',
    /malformed/,
    /^1 to 500/,
  ),
  to(
    `/api/v1/runs/${ID}/log`,
    { tags: { 'mlflow.runName': 'x'.repeat(501) } },
    'tags.mlflow.runName',
    /malformed/,
    /^1 to 500/,
  ),
  to('/api/v1/runs', { experiment_id: 0, tags: { a: 5 } }, 'tags.a', /^is a number, expected string$/, /^a string of/),
  to('/api/v1/runs', { experiment_id: 0, tags: [1] }, 'tags', /^is an array, expected object$/, /^a JSON object whose/),
  to('/api/v1/runs', { experiment_id: 0, name: '' }, 'name', /^is empty$/, /^a string of 1 to 500 characters$/),
  to(
    '/api/v1/runs',
    { experiment_id: 0, user: 'x'.repeat(501) },
    'user',
    /^has more than 500 characters$/,
    /at most 500/,
  ),
  to('/api/v1/runs', { experiment_id: 0, start_time: 'now' }, 'start_time', /^is malformed$/, /^a time such as/),
  to('/api/v1/runs', { experiment_id: 0, nme: 'a' }, 'nme', /not a known field/, /^one of: .*name/),
  to(
    `/api/v1/runs/${ID}/log`,
    { metrics: [{ key: 'a', value: 'x' }] },
    'metrics.0.value',
    /not allowed/,
    /number, or one of: NaN/,
  ),
  to(
    `/api/v1/runs/${ID}/log`,
    { metrics: [{ key: 'a' }] },
    'metrics.0.value',
    /^is missing$/,
    /^a number, or one of: NaN/,
  ),
  to(
    `/api/v1/runs/${ID}/log`,
    { metrics: [{ key: 'a', value: 1, s: 1 }] },
    'metrics.0.s',
    /not a known/,
    /^one of: key, value, step/,
  ),
  to(
    `/api/v1/runs/${ID}/log`,
    { metrics: [{ key: 'a', value: 1, step: 1.5 }] },
    'metrics.0.step',
    /^is 1.5$/,
    /^a whole number$/,
  ),
  to(
    `/api/v1/runs/${ID}/log`,
    { metrics: { a: 1 } },
    'metrics',
    /^is an object, expected array$/,
    /^a list of at most 10000, each a JSON object with: key/,
  ),
  to(
    `/api/v1/runs/${ID}/log`,
    { metrics: [5] },
    'metrics.0',
    /^is a number, expected object$/,
    /^a JSON object with: key/,
  ),
  to('/api/v1/curves', { run_ids: [], keys: ['a'] }, 'run_ids', /^is empty$/, /^a list of at least 1 and at most 100/),
  to('/api/v1/curves', { run_ids: ['x'], keys: ['a'] }, 'run_ids.0', /^is malformed$/, /^a uuid/),
  to(
    '/api/v1/curves',
    { run_ids: [ID], keys: ['a'], axis: 'x' },
    'axis',
    /not one of/,
    /^one of: step, time, relative$/,
  ),
  to(
    '/api/v1/curves',
    { run_ids: [ID], keys: ['a'], points: 1 },
    'points',
    /^is below 4$/,
    /^a whole number from 4 to 5000$/,
  ),
  to(
    '/api/v1/runs/bulk',
    { action: 'x', run_ids: [ID] },
    'action',
    /not one of/,
    /^one of: tag, delete, restore, purge$/,
  ),
  to(
    '/api/v1/runs/bulk',
    { action: 'delete', filter: '', experiments: ['a\0'] },
    'experiments.0',
    /^is malformed$/,
    /without NUL/,
  ),
  to('/api/v1/runs/bulk', { run_ids: [ID] }, 'action', /^is missing$/, /^one of: tag, delete, restore, purge$/),
];

const CASES: BadRequest[] = [
  ...SCHEMA_CASES,
  post('malformed JSON', '{"alpha":', 'body', /JSON/, 'MALFORMED_JSON'),
  post('NaN, which is no JSON', '{"alpha":NaN}', 'body', /NaN/, 'MALFORMED_JSON'),
  post('a forbidden key', '{"__proto__":{"alpha":1}}', 'body', /JSON/, 'MALFORMED_JSON'),
  post('an empty body', '', 'body', /JSON object/),
  post('an unknown field', '{"alpha":1,"beta":2}', 'beta', /alpha, l1_ratio/),
  post('a text for a number', '{"alpha":"0.1"}', 'alpha', /a number from 0/),
  post('null', '{"alpha":null}', 'alpha', /a number from 0/),
  post('an array', '{"l1_ratio":[0.5]}', 'l1_ratio', /from 0 to 1/),
  post('an infinite number', '{"alpha":1e309}', 'alpha', /a number from 0/),
  post('a negative alpha', '{"alpha":-0.1}', 'alpha', /from 0/),
  post('l1_ratio above 1', '{"l1_ratio":1.01}', 'l1_ratio', /from 0 to 1/),
  post('l1_ratio below 0', '{"l1_ratio":-1}', 'l1_ratio', /from 0 to 1/),
  post('a bad value under input', '{"input":{"alpha":-1}}', 'input.alpha', /from 0/),
  post('input with a neighbour', '{"input":{},"alpha":1}', 'alpha', /input/),
  post('input that is null', '{"input":null}', 'input', /alpha, l1_ratio/),
  post('an array as the body', '[1]', 'body', /alpha, l1_ratio/),
  post('a text as the body', '"x"', 'body', /alpha, l1_ratio/),
  post('100,000 nested arrays', '['.repeat(100_000), 'body', /JSON/, 'MALFORMED_JSON'),
  { name: 'no body and no type', status: 400, code: 'INVALID_INPUT', field: 'body', reason: /^is missing or empty$/ },
  {
    ...post('null as the body', 'null', 'body', /^a JSON object with: alpha, l1_ratio$/),
    reason: /^is null, expected object$/,
  },
  {
    name: 'text/plain',
    body: '{}',
    headers: { 'content-type': 'text/plain' },
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    field: 'Content-Type',
    allowed: /application\/json/,
  },
  {
    name: 'form data',
    body: 'alpha=1',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
  },
  { name: 'a body without type', body: '{}', status: 415, code: 'UNSUPPORTED_MEDIA_TYPE', field: 'Content-Type' },
  {
    name: 'a type with garbage',
    body: '{}',
    headers: { 'content-type': 'application/json garbage' },
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
  },
  {
    name: 'a compressed body',
    body: 'x',
    headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    field: 'Content-Encoding',
  },
  {
    name: 'a body above the limit',
    body: ' '.repeat(1024 * 1024 + 1),
    headers: JSON_TYPE,
    status: 413,
    code: 'BODY_TOO_LARGE',
    field: 'body',
    allowed: /1048576/,
  },
  {
    name: 'a key with a space',
    body: '{}',
    headers: { ...JSON_TYPE, 'idempotency-key': 'a b' },
    status: 400,
    code: 'INVALID_INPUT',
    field: 'Idempotency-Key',
  },
  ...['1e400', '1e-400', '9'.repeat(400)].map((value) => ({
    name: `results after ${value.slice(0, 6)}, which no number is`,
    method: 'GET',
    path: `/experiment/wine-quality/results?sort=metrics.rmse&order=asc&cursor=${Buffer.from(JSON.stringify(['metrics.rmse', 'asc', value, EXAMPLE_ID])).toString('base64url')}`,
    status: 400,
    code: 'INVALID_INPUT',
    field: 'cursor',
  })),
  {
    name: 'an unknown experiment',
    path: '/experiment/nope/',
    body: '{}',
    headers: JSON_TYPE,
    status: 404,
    code: 'NOT_FOUND',
    field: 'experiment',
    allowed: /wine-quality/,
  },
  {
    name: 'tasks of an unknown experiment',
    method: 'GET',
    path: '/api/v1/tasks?experiment=nope',
    status: 404,
    code: 'NOT_FOUND',
    field: 'experiment',
    reason: /catalogue/,
    allowed: /^one of: wine-quality\b/,
  },
  {
    name: 'tasks of an experiment without a name',
    method: 'GET',
    path: '/api/v1/tasks?experiment=',
    status: 404,
    code: 'NOT_FOUND',
    field: 'experiment',
  },
  {
    name: 'an experiment named like a property',
    path: '/experiment/constructor/',
    body: '{}',
    headers: JSON_TYPE,
    status: 404,
    code: 'NOT_FOUND',
  },
  {
    name: 'an unknown task',
    method: 'GET',
    path: '/task/00000000-0000-7000-8000-000000000000',
    status: 404,
    code: 'NOT_FOUND',
  },
  {
    name: 'a malformed id',
    method: 'GET',
    path: '/task/abc',
    status: 400,
    code: 'INVALID_INPUT',
    field: 'id',
    allowed: /uuid/,
  },
  {
    name: 'a malformed id of an experiment',
    method: 'GET',
    path: `${WINE}tasks/%00`,
    status: 400,
    code: 'INVALID_INPUT',
    field: 'id',
  },
  {
    name: 'an address that is no URL',
    method: 'GET',
    path: '/task/%zz',
    status: 400,
    code: 'REQUEST_REFUSED',
    field: 'url',
    allowed: /two hex digits/,
  },
  {
    name: 'an endless address',
    method: 'GET',
    path: `/task/${'a'.repeat(1_500)}`,
    status: 414,
    code: 'URI_TOO_LONG',
    field: 'url',
    allowed: /1000 characters/,
  },
  { name: 'nothing there', method: 'GET', path: '/nothing', status: 404, code: 'NOT_FOUND' },
  {
    name: 'a method that is not taken',
    method: 'DELETE',
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    field: 'method',
    allowed: /GET, HEAD, POST/,
  },
  {
    name: 'a page of 0',
    method: 'GET',
    path: '/api/v1/tasks?limit=0',
    status: 400,
    code: 'INVALID_INPUT',
    field: 'limit',
    allowed: /1 to 200/,
  },
  {
    name: 'a page that is no number',
    method: 'GET',
    path: '/api/v1/tasks?limit=abc',
    status: 400,
    code: 'INVALID_INPUT',
    field: 'limit',
    reason: /^is not a number$/,
    allowed: /^a whole number from 1 to 200$/,
  },
  {
    name: 'an unknown state',
    method: 'GET',
    path: '/api/v1/tasks?status=DONE',
    status: 400,
    code: 'INVALID_INPUT',
    field: 'status',
    allowed: /PENDING/,
  },
  {
    name: 'an unknown query',
    method: 'GET',
    path: '/api/v1/tasks?foo=1',
    status: 400,
    code: 'INVALID_INPUT',
    field: 'foo',
  },
  {
    name: 'a forged cursor',
    method: 'GET',
    path: '/api/v1/tasks?cursor=abc',
    status: 400,
    code: 'INVALID_INPUT',
    field: 'cursor',
  },
  {
    name: 'an unknown sort key',
    method: 'GET',
    path: `${WINE}results?sort=metrics.x;--`,
    status: 400,
    code: 'INVALID_INPUT',
    field: 'sort',
    allowed: /metrics.rmse/,
  },
  {
    name: 'a cursor whose value is no number',
    method: 'GET',
    path: `${WINE}results?sort=metrics.rmse&order=asc&cursor=${Buffer.from(JSON.stringify(['metrics.rmse', 'asc', 'x', EXAMPLE_ID])).toString('base64url')}`,
    status: 400,
    code: 'INVALID_INPUT',
    field: 'cursor',
  },
  {
    name: 'a foreign Host',
    method: 'GET',
    path: '/health/live',
    headers: { host: 'evil.example' },
    status: 403,
    code: 'FORBIDDEN_HOST',
    field: 'Host',
  },
  {
    name: 'a Host that resolves to here',
    method: 'GET',
    path: '/',
    headers: { host: '127.0.0.1.nip.io' },
    status: 403,
    code: 'FORBIDDEN_HOST',
  },
  {
    name: 'a Host with two ports',
    method: 'GET',
    path: '/',
    headers: { host: 'localhost:80:80' },
    status: 403,
    code: 'FORBIDDEN_HOST',
  },
  ...['99999', '65536', '0', '080'].map((port) => ({
    name: `a Host with the port ${port}`,
    method: 'GET',
    path: '/api/v1/tasks',
    headers: { host: `127.0.0.1:${port}` },
    status: 403,
    code: 'FORBIDDEN_HOST',
    field: 'Host',
    allowed: /1 to 65535/,
  })),
  {
    name: 'a foreign Origin',
    body: '{}',
    headers: { ...JSON_TYPE, origin: 'https://evil.example' },
    status: 403,
    code: 'FORBIDDEN_ORIGIN',
    field: 'Origin',
  },
  {
    name: 'a look-alike Origin',
    body: '{}',
    headers: { ...JSON_TYPE, origin: 'http://localhost.evil.com' },
    status: 403,
    code: 'FORBIDDEN_ORIGIN',
  },
  {
    name: 'a null Origin',
    body: '{}',
    headers: { ...JSON_TYPE, origin: 'null' },
    status: 403,
    code: 'FORBIDDEN_ORIGIN',
  },
  {
    name: 'a cross-site fetch',
    body: '{}',
    headers: { ...JSON_TYPE, 'sec-fetch-site': 'cross-site' },
    status: 403,
    code: 'FORBIDDEN_ORIGIN',
  },
  {
    name: 'a DELETE from another site',
    method: 'DELETE',
    headers: { origin: 'https://evil.example' },
    status: 403,
    code: 'FORBIDDEN_ORIGIN',
  },
];

/** Bytes that no HTTP client would send. */
const RAW_CASES: { name: string; request: string; status: number; code: string; field: string; allowed: RegExp }[] = [
  {
    name: 'something that is no HTTP',
    request: 'hello\r\n\r\n',
    status: 400,
    code: 'REQUEST_REFUSED',
    field: 'method',
    allowed: /GET/,
  },
  {
    name: 'a request line without a version',
    request: 'GET /health/live NOPE\r\nHost: localhost\r\n\r\n',
    status: 400,
    code: 'REQUEST_REFUSED',
    field: 'request',
    allowed: /HTTP\/1\.1/,
  },
  {
    name: 'a header without a name',
    request: 'GET /health/live HTTP/1.1\r\nHost: localhost\r\n: x\r\n\r\n',
    status: 400,
    code: 'REQUEST_REFUSED',
    field: 'headers',
    allowed: /Name: value/,
  },
  {
    name: 'a length that is no number',
    request: 'POST /experiment/wine-quality/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n',
    status: 400,
    code: 'REQUEST_REFUSED',
    field: 'Content-Length',
    allowed: /bytes/,
  },
  {
    name: 'a request with two Hosts',
    request: 'GET /health/live HTTP/1.1\r\nHost: localhost\r\nhost: evil.example\r\nConnection: close\r\n\r\n',
    status: 400,
    code: 'REQUEST_REFUSED',
    field: 'Host',
    allowed: /one Host/,
  },
  {
    name: 'a request without a Host',
    request: 'GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n',
    status: 400,
    code: 'REQUEST_REFUSED',
    field: 'Host',
    allowed: /one Host/,
  },
  {
    name: 'an address of a proxy',
    request: 'GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    status: 400,
    code: 'REQUEST_REFUSED',
    field: 'url',
    allowed: /slash/,
  },
  {
    name: 'headers above the limit',
    request: `GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'a'.repeat(100_000)}\r\n\r\n`,
    status: 431,
    code: 'HEADERS_TOO_LARGE',
    field: 'headers',
    allowed: /16384 bytes/,
  },
];

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
