import { Readable } from 'node:stream';
import { type ArtifactStore, json, withArtifactStore } from './artifact-store.js';

let store: ArtifactStore;

withArtifactStore((started) => {
  store = started;
});

describe('the list of MLflow', () => {
  it.each(['/api/2.0/mlflow', '/ajax-api/2.0/mlflow'])('names files from the root of their run at %s', async (base) => {
    const id = (await store.newRun()).replaceAll('-', '');
    await store.send('PUT', `/api/v1/runs/${id}/artifacts/a/one.txt`, '1');
    await store.send('PUT', `/api/v1/runs/${id}/artifacts/a/z/empty`, '');
    const list = async (query: string) => {
      const { status, body } = await store.send('GET', `${base}/artifacts/list?${query}`);
      return { status, body: JSON.parse(body.toString()) };
    };
    const rootUri = `mlflow-artifacts:/0/${id}/artifacts`;
    const level = {
      root_uri: rootUri,
      files: [
        { path: 'a/one.txt', is_dir: false, file_size: 1 },
        { path: 'a/z', is_dir: true },
      ],
    };
    for (const query of [`run_id=${id}&path=a`, `run_uuid=${id}&run_id=${id}&path=a/&page_token=`]) {
      expect((await list(query)).body).toEqual(level);
    }
    expect((await list(`run_id=${id}`)).body).toEqual({ root_uri: rootUri, files: [{ path: 'a', is_dir: true }] });
    expect((await list(`run_uuid=${id}&path=a/z`)).body.files).toEqual([{ path: 'a/z/empty', is_dir: false }]);
    for (const path of ['a/one.txt', 'nothing']) {
      expect(await list(`run_id=${id}&path=${path}`)).toEqual({ status: 200, body: { root_uri: rootUri } });
    }
    for (const path of ['..', '%252e%252e/x', '/etc', 'a/../..']) {
      expect((await list(`run_id=${id}&path=${path}`)).status).toBe(400);
    }
    for (const query of ['', 'run_id=', 'path=a']) {
      expect(await list(query)).toMatchObject({ status: 400, body: { error_code: 'INVALID_PARAMETER_VALUE' } });
    }
    for (const unknown of ['abc', '0'.repeat(32)]) {
      expect(await list(`run_id=${unknown}`)).toEqual({
        status: 404,
        body: { error_code: 'RESOURCE_DOES_NOT_EXIST', message: `Run with id=${unknown} not found` },
      });
    }
  });
});

describe('the address where pages store a file', () => {
  it('keeps conditions and takes whole files only, as the others do', async () => {
    const id = (await store.newRun()).replaceAll('-', '');
    const at = `/ajax-api/2.0/mlflow/upload-artifact?run_id=${id}&path=a.txt`;
    const put = async (text: string, headers = {}) => (await store.send('POST', at, text, headers)).status;
    expect(await put('first', { 'if-none-match': '*' })).toBe(200);
    expect(await put('again', { 'if-none-match': '*' })).toBe(412);
    expect(await put('part', { 'content-range': 'bytes 0-3/10' })).toBe(400);
    expect((await store.send('GET', `/api/v1/runs/${id}/artifacts/a.txt`)).body.toString()).toBe('first');
  });
});

it.each(['/api/v1/runs/ID/artifacts/a.txt/', '/get-artifact?run_id=ID&path=a.txt/'])(
  'a file at %s keeps its name',
  async (path) => {
    const id = (await store.newRun()).replaceAll('-', '');
    await store.send('PUT', `/api/v1/runs/${id}/artifacts/a.txt`, 'text');
    expect((await store.send('GET', path.replace('ID', id))).headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': 'attachment; filename="a.txt"',
    });
  },
);

describe('the proxy of mlflow-artifacts', () => {
  it.each(['/api/2.0/mlflow-artifacts', '/ajax-api/2.0/mlflow-artifacts'])(
    'speaks as clients expect at %s',
    async (base) => {
      const at = `${base}/artifacts`;
      const put = await store.send('PUT', `${at}/7/run/artifacts/sub/b%20%25.json`, '{"no json', {
        'content-type': 'application/json',
      });
      expect([put.status, put.body.toString()]).toEqual([200, '{}']);
      await store.send('PUT', `${at}/7/run/artifacts/empty`, Readable.from([]), { 'transfer-encoding': 'chunked' });
      const list = async (path: string) => json(await store.send('GET', `${at}?path=${encodeURIComponent(path)}`));
      expect(await list('7/run/artifacts')).toEqual({
        files: [
          { path: 'empty', is_dir: false },
          { path: 'sub', is_dir: true },
        ],
      });
      expect(await list('7/run/artifacts/sub/')).toEqual({
        files: [{ path: 'b %.json', is_dir: false, file_size: 9 }],
      });
      expect(await list('7/run/artifacts/empty')).toEqual({});
      expect(await list('8')).toEqual({});

      const got = await store.send('GET', `${at}/7/run/artifacts/sub/b%20%25.json`);
      expect([got.status, got.body.toString()]).toEqual([200, '{"no json']);
      expect(got.headers).toMatchObject({
        'content-type': 'text/plain; charset=utf-8',
        'content-length': '9',
        'accept-ranges': 'bytes',
        'x-content-type-options': 'nosniff',
      });
      expect((await store.send('GET', `${at}/7/run/artifacts/empty`)).body.length).toBe(0);
      expect((await store.send('GET', `${at}/7/run/artifacts/sub`)).status).toBe(400);
      expect((await store.send('GET', `${at}/7/run/artifacts/nothing`)).status).toBe(404);

      const removed = await store.send('DELETE', `${at}/7`, undefined, { 'content-length': '0' });
      expect([removed.status, removed.body.toString()]).toEqual([200, '{}']);
      expect((await store.send('DELETE', `${at}/7`)).status).toBe(200);
      expect(await list('7')).toEqual({});
    },
  );

  it.each([
    ['POST', 'mpu/create/7/run/artifacts/x', 'upload'],
    ['POST', 'mpu/complete/7/run/artifacts/x', 'upload'],
    ['POST', 'mpu/abort/7/run/artifacts/x', 'upload'],
    ['GET', 'presigned/7/run/artifacts/x', 'download'],
  ])('refuses %s %s in the words that clients know', async (method, path, what) => {
    const answer = await store.send(method, `/api/2.0/mlflow-artifacts/${path}`, method === 'POST' ? '{}' : undefined, {
      'content-type': 'application/json',
    });
    expect(answer.status).toBe(501);
    expect(json(answer)).toEqual({
      error_code: 'NOT_IMPLEMENTED',
      message: `Multipart ${what} is not supported for the current artifact repository`,
    });
  });
});
