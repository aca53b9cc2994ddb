import { request } from 'node:http';
import { serverForAll } from './server-for-all.js';

const cellar = serverForAll();

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** By node:http, because fetch allows neither a foreign Host nor a length that is a lie. */
function send(line: string, headers: Record<string, string> = {}, body = ''): Promise<Answer> {
  const [method, path] = line.split(' ');
  const { hostname, port } = new URL(cellar.url);
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

const CREATE = 'POST /api/2.0/mlflow/experiments/create';
const FILE = '/api/2.0/mlflow-artifacts/artifacts/0/x/artifacts/a.txt';
const JSON_TYPE = { 'content-type': 'application/json' };
const FOREIGN_HOST = { host: 'evil.example' };
const FOREIGN_ORIGIN = { origin: 'http://evil.example' };

it.each([
  ['a foreign Host', CREATE, FOREIGN_HOST, 403, 'PERMISSION_DENIED'],
  ['a foreign Host, of a file', `GET ${FILE}`, FOREIGN_HOST, 403, 'PERMISSION_DENIED'],
  ['a foreign Host, of the server', 'GET /api/3.0/mlflow/server-info', FOREIGN_HOST, 403, 'PERMISSION_DENIED'],
  ['a foreign Origin', CREATE, { ...JSON_TYPE, ...FOREIGN_ORIGIN }, 403, 'PERMISSION_DENIED'],
  ['a foreign Origin, of a file', `PUT ${FILE}`, FOREIGN_ORIGIN, 403, 'PERMISSION_DENIED'],
  ['a body of another type', CREATE, { 'content-type': 'text/plain' }, 400, 'INVALID_PARAMETER_VALUE'],
  ['a compressed body', CREATE, { ...JSON_TYPE, 'content-encoding': 'gzip' }, 400, 'INVALID_PARAMETER_VALUE'],
  ['a body that is too large', CREATE, { ...JSON_TYPE, 'content-length': '67108865' }, 413, 'BAD_REQUEST'],
  ['an unknown address', 'GET /api/2.0/mlflow/nothing', {}, 404, 'ENDPOINT_NOT_FOUND'],
  ['an unknown address of another version', 'POST /ajax-api/3.0/mlflow/traces', JSON_TYPE, 404, 'ENDPOINT_NOT_FOUND'],
  ['an unknown address beside the files', 'GET /api/2.0/mlflow-artifacts/x', {}, 404, 'ENDPOINT_NOT_FOUND'],
  ['OPTIONS of an unknown address', 'OPTIONS /api/2.0/mlflow/nothing', {}, 404, 'ENDPOINT_NOT_FOUND'],
  ['OPTIONS of a known address', 'OPTIONS /api/2.0/mlflow/runs/create', {}, 405, 'BAD_REQUEST'],
  ['another method', 'GET /api/2.0/mlflow/runs/create', {}, 405, 'BAD_REQUEST'],
  ['a file that is not there', `GET ${FILE}`, {}, 404, 'RESOURCE_DOES_NOT_EXIST'],
  ['a file above the root', 'GET /get-artifact?run_id=a&path=../x', {}, 404, 'RESOURCE_DOES_NOT_EXIST'],
  ['an upload of many parts', 'POST /api/2.0/mlflow-artifacts/mpu/create/0/x', {}, 501, 'NOT_IMPLEMENTED'],
])('answers %s as MLflow does', async (_, line, headers, status, code) => {
  const answer = await send(line, headers, line.startsWith('P') && !('content-length' in headers) ? '{}' : '');
  const body = JSON.parse(answer.text) as Record<string, unknown>;
  expect({ status: answer.status, body }).toEqual({ status, body: { error_code: code, message: expect.any(String) } });
  expect(answer.headers['x-request-id']).toBeDefined();
});

it('says what a route takes', async () => {
  const { headers } = await send('GET /api/2.0/mlflow/runs/create');
  expect(headers.allow).toBe('POST');
});

it('says what is wrong with a path', async () => {
  const { text } = await send('GET /api/2.0/mlflow-artifacts/artifacts/a/%252e%252e/b');
  expect(JSON.parse(text)).toEqual({
    error_code: 'INVALID_PARAMETER_VALUE',
    message: expect.stringMatching(/^Invalid path \(path .+\)$/),
  });
});

it('refuses a HEAD with the same status and no body', async () => {
  for (const path of ['/api/2.0/mlflow/nothing', '/api/2.0/mlflow/runs/get', FILE]) {
    const [head, get] = [await send(`HEAD ${path}`), await send(`GET ${path}`)];
    expect([head.status, head.text]).toEqual([get.status, '']);
  }
});

it('leaves the errors of other addresses as they are', async () => {
  for (const path of ['/api/v1/nothing', '/nothing.txt']) {
    expect(JSON.parse((await send(`GET ${path}`)).text)).toMatchObject({ code: 'NOT_FOUND' });
  }
});
