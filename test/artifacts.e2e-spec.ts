import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ApiClient } from './api-client.js';
import type { CellarProcess } from './cellar-process.js';
import { until } from './database-fixture.js';
import { Installation } from './installation.js';

const PROXY = '/api/2.0/mlflow-artifacts/artifacts';
const MIB = 1024 * 1024;

let installation: Installation;
let cellar: CellarProcess;
let api: ApiClient;
let runId: string;
let files: string;
let root: string;

beforeAll(async () => {
  installation = await Installation.create('postgres');
  cellar = await installation.start('main');
  api = new ApiClient(cellar.url);
  runId = await newRun();
  files = `/api/v1/runs/${runId}/artifacts`;
  root = join(installation.folder.dataDir, 'artifacts');
});

afterAll(() => installation?.remove());

/** @returns its id, with hyphens */
async function newRun(): Promise<string> {
  const draft = { experiment_id: '0', start_time: 1 };
  const { body } = await api.post<{ run: { info: { run_id: string } } }>('/api/2.0/mlflow/runs/create', draft);
  const id = body.run.info.run_id;
  return [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)].join('-');
}

async function answerTo(outgoing: ClientRequest): Promise<IncomingMessage> {
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  outgoing.end();
  return (await answered)[0];
}

interface RawAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** Raw, because fetch cleans paths and sets types by itself. */
function open(method: string, path: string, headers: RequestOptions['headers'] = {}) {
  return request({ host: '127.0.0.1', port: new URL(api.url).port, method, path, headers });
}

async function send(
  method: string,
  path: string,
  body?: string | Buffer | Readable,
  headers: RequestOptions['headers'] = {},
): Promise<RawAnswer> {
  const outgoing = open(method, path, headers);
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  if (body instanceof Readable) await pipeline(body, outgoing);
  else outgoing.end(body);
  const [response] = await answered;
  const parts = (await response.toArray()) as Buffer[];
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) };
}

const json = ({ body }: RawAnswer) => JSON.parse(body.toString());
const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');

/** Stores a file of so many MiB, reads it again and compares what came back. */
async function throughServer(mebibytes: number): Promise<void> {
  const block = randomBytes(MIB);
  const sent = createHash('sha256');
  for (let i = 0; i < mebibytes; i++) sent.update(block);
  const digest = sent.digest('hex');
  const body = Readable.from(Array.from({ length: mebibytes }, () => block));
  const put = await send('PUT', `${files}/large`, body, { 'transfer-encoding': 'chunked' });
  expect(json(put)).toEqual({ path: 'large', size: mebibytes * MIB, sha256: digest });

  const received = createHash('sha256');
  for await (const chunk of await answerTo(open('GET', `${files}/large`))) received.update(chunk as Buffer);
  expect(received.digest('hex')).toBe(digest);
  await send('DELETE', `${files}/large`);
}

/** Every path below the artifacts with its content, links as links. */
function tree(): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return `${path} ${entry.isFile() ? sha256(readFileSync(path)) : ''}`;
    })
    .sort();
}

describe('a file of a run', () => {
  it('is stored, read, listed and removed', async () => {
    const id = await newRun();
    const files = `/api/v1/runs/${id}/artifacts`;
    const put = await send('PUT', `${files}/model/a.bin`, 'hello');
    expect([put.status, json(put)]).toEqual([200, { path: 'model/a.bin', size: 5, sha256: sha256('hello') }]);
    const folder = join(root, '0', id.replaceAll('-', ''));
    expect(readFileSync(join(folder, 'artifacts/model/a.bin'), 'utf8')).toBe('hello');

    const got = await send('GET', `${files}/model/a.bin`);
    expect([got.status, got.body.toString()]).toEqual([200, 'hello']);
    expect(got.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '5',
      'content-disposition': 'attachment; filename="a.bin"',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-cache',
    });
    expect(json(await send('GET', files))).toEqual({
      path: '',
      root_uri: `mlflow-artifacts:/0/${id.replaceAll('-', '')}/artifacts`,
      files: [{ path: 'model', is_dir: true, size: 0 }],
    });
    for (const path of ['model', 'model/']) {
      expect(json(await send('GET', `${files}?path=${path}`)).files).toEqual([
        { path: 'model/a.bin', is_dir: false, size: 5 },
      ]);
    }
    expect(json(await send('GET', `${files}?path=model/a.bin`)).files).toEqual([]);
    expect(json(await send('GET', `${files}?path=nothing`)).files).toEqual([]);

    expect((await send('DELETE', `${files}/model/a.bin`)).status).toBe(200);
    expect((await send('GET', `${files}/model/a.bin`)).status).toBe(404);
    expect((await send('DELETE', `${files}/model/a.bin`)).status).toBe(200);
    // Nothing is left of the folders that only held it.
    expect(existsSync(folder)).toBe(false);
  });

  it('is answered in part, or not at all where the client has it', async () => {
    await send('PUT', `${files}/range.txt`, '0123456789');
    const all = await send('GET', `${files}/range.txt`);
    expect(all.headers['content-type']).toBe('text/plain; charset=utf-8');
    const { etag = '' } = all.headers;
    const part = (range: string, more = {}) => send('GET', `${files}/range.txt`, undefined, { range, ...more });

    const middle = await part('bytes=2-4');
    expect([middle.status, middle.body.toString()]).toEqual([206, '234']);
    expect(middle.headers).toMatchObject({ 'content-range': 'bytes 2-4/10', 'content-length': '3', etag });
    expect((await part('bytes=-2')).body.toString()).toBe('89');
    expect((await part('bytes=8-')).body.toString()).toBe('89');
    expect((await part('bytes=0-1,3-4')).status).toBe(200);
    expect((await part('bytes=0-1', { 'if-range': '"other"' })).status).toBe(200);
    expect((await part('bytes=0-1', { 'if-range': etag })).status).toBe(206);
    const beyond = await part('bytes=10-');
    expect([beyond.status, beyond.headers['content-range'], json(beyond).code]).toEqual([
      416,
      'bytes */10',
      'RANGE_NOT_SATISFIABLE',
    ]);

    const known = await send('GET', `${files}/range.txt`, undefined, { 'if-none-match': etag });
    expect([known.status, known.body.length]).toEqual([304, 0]);
    const head = await send('HEAD', `${files}/range.txt`);
    expect([head.status, head.headers['content-length'], head.headers.etag]).toEqual([200, '10', etag]);
    await send('PUT', `${files}/range.txt`, '9876543210');
    expect((await send('GET', `${files}/range.txt`, undefined, { 'if-none-match': etag })).status).toBe(200);
  });

  it('is read only under the conditions that the client makes', async () => {
    await send('PUT', `${files}/read-if.txt`, '0123456789');
    const { headers } = await send('HEAD', `${files}/read-if.txt`);
    const { etag = '', 'last-modified': modified = '' } = headers;
    const before = new Date(Date.parse(modified) - 1_000).toUTCString();
    const got = async (method: string, conditions: Record<string, string>) =>
      (await send(method, `${files}/read-if.txt`, undefined, conditions)).status;
    for (const method of ['GET', 'HEAD']) {
      expect(await got(method, { 'if-match': '"other"' })).toBe(412);
      expect(await got(method, { 'if-match': `"other", ${etag}` })).toBe(200);
      expect(await got(method, { 'if-unmodified-since': before })).toBe(412);
      expect(await got(method, { 'if-unmodified-since': modified })).toBe(200);
      expect(await got(method, { 'if-modified-since': modified })).toBe(304);
      expect(await got(method, { 'if-modified-since': before })).toBe(200);
      expect(await got(method, { 'if-modified-since': modified, 'if-none-match': '"other"' })).toBe(200);
    }
    expect(await got('HEAD', { range: 'bytes=0-1' })).toBe(200);
    expect((await send('GET', `${files}/nothing`, undefined, { 'if-match': '*' })).status).toBe(404);
  });

  it.each(['native', 'proxy'])('is changed only under the conditions that the client makes: %s', async (route) => {
    const base = route === 'native' ? files : `${PROXY}/0/${runId.replaceAll('-', '')}/artifacts`;
    const path = `${base}/change-if`;
    const change = async (method: string, conditions: Record<string, string>, body?: string) =>
      (await send(method, path, body, conditions)).status;
    const text = async () => (await send('GET', path)).body.toString();

    expect(await change('PUT', { 'if-match': '*' }, 'none')).toBe(412);
    expect((await send('GET', path)).status).toBe(404);
    expect(await change('PUT', { 'if-none-match': '*' }, 'first')).toBe(200);
    expect(await change('PUT', { 'if-none-match': '*' }, 'again')).toBe(412);
    const { etag = '', 'last-modified': modified = '' } = (await send('HEAD', path)).headers;
    expect(await change('PUT', { 'if-match': '"other"' }, 'other')).toBe(412);
    expect(await change('PUT', { 'if-none-match': etag }, 'same')).toBe(412);
    const before = new Date(Date.parse(modified) - 1_000).toUTCString();
    expect(await change('DELETE', { 'if-unmodified-since': before })).toBe(412);
    expect(await change('DELETE', { 'if-match': '"other"' })).toBe(412);
    expect(await text()).toBe('first');

    expect(await change('PUT', { 'if-match': etag }, 'second')).toBe(200);
    expect(await change('PUT', { 'if-match': etag }, 'third')).toBe(412);
    expect(await change('DELETE', { 'if-match': etag })).toBe(412);
    expect(await text()).toBe('second');
    expect(await change('DELETE', { 'if-match': (await send('HEAD', path)).headers.etag ?? '' })).toBe(200);
    expect(await change('DELETE', { 'if-match': '*' })).toBe(412);
    expect(readdirSync(join(root, '.incoming'))).toEqual([]);
  });

  it('that is not to replace another is refused in words, before all of it is sent', async () => {
    await send('PUT', `${files}/words`, 'x');
    const outgoing = open('PUT', `${files}/words`, { 'content-length': MIB, 'if-none-match': '*' });
    outgoing.on('error', () => undefined);
    outgoing.write('begun');
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    const body = JSON.parse(Buffer.concat((await answer.toArray()) as Buffer[]).toString());
    outgoing.destroy();
    expect([answer.statusCode, body.code]).toEqual([412, 'PRECONDITION_FAILED']);
    expect(body.details).toEqual([{ field: 'If-None-Match', reason: 'is *', allowed: expect.stringMatching(/^what/) }]);
  });

  it('of many that are to be the first one is', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => send('PUT', `${files}/once`, String(i), { 'if-none-match': '*' })),
    );
    const stored = answers.flatMap(({ status }, i) => (status === 200 ? [String(i)] : []));
    expect(answers.filter(({ status }) => status === 412).length).toBe(19);
    expect(stored).toEqual([(await send('GET', `${files}/once`)).body.toString()]);
  });

  it('is not taken in parts', async () => {
    const headers = { 'content-range': 'bytes 0-3/10' };
    await send('PUT', `${files}/whole`, '0123456789');
    const put = await send('PUT', `${files}/whole`, 'part', headers);
    expect([put.status, json(put).details[0]]).toEqual([
      400,
      { field: 'Content-Range', reason: 'is bytes 0-3/10', allowed: 'a body without it' },
    ]);
    expect((await send('PUT', `${PROXY}/0/${runId.replaceAll('-', '')}/artifacts/whole`, 'part', headers)).status).toBe(
      400,
    );
    expect((await send('GET', `${files}/whole`)).body.toString()).toBe('0123456789');
  });

  it.each([
    ['application/json', '{"alpha":'],
    ['application/json', ''],
    ['application/x-www-form-urlencoded', 'a=1&b=%zz'],
    ['multipart/form-data; boundary=x', '--x\r\n\r\n--x--'],
    ['text/plain', 'x'.repeat(2 * MIB)],
    ['no type at all', '\0\u00ff'],
    [undefined, '\0bytes'],
  ])('sent as %j is stored byte by byte', async (type, text) => {
    const headers = { ...(type && { 'content-type': type }), 'content-length': Buffer.byteLength(text) };
    const put = await send('PUT', `${files}/typed`, text, headers);
    expect([put.status, json(put).size]).toEqual([200, Buffer.byteLength(text)]);
    expect((await send('GET', `${files}/typed`)).body.toString()).toBe(text);
  });

  it.each(['', 'some text'])('arrives in chunks: %j', async (text) => {
    const put = await send('PUT', `${files}/chunked`, Readable.from([Buffer.from(text)]), {
      'transfer-encoding': 'chunked',
    });
    expect([put.status, json(put).sha256]).toEqual([200, sha256(text)]);
    const got = await send('GET', `${files}/chunked`);
    expect([got.status, got.headers['content-length'], got.body.toString()]).toEqual([200, String(text.length), text]);
  });

  it.each(['Größe 模型 🙂.txt', '50% done', 'a%20b', 'a b', "it's (new)*", '"><img src=x>', 'a;b?c&d=e+f', 'a,b@c'])(
    'may be named %j',
    async (name) => {
      const path = `${files}/names/${encodeURIComponent(name)}`;
      const text = `the file ${name}`;
      expect(json(await send('PUT', path, text)).path).toBe(`names/${name}`);
      const got = await send('GET', path);
      expect(got.body.toString()).toBe(text);
      const [, exact] = /filename(?:\*=UTF-8''|=")([^\s"]+)"?$/.exec(got.headers['content-disposition'] ?? '') ?? [];
      expect(decodeURIComponent(exact)).toBe(name);
      const { files: listed } = json(await send('GET', `${files}?path=names`));
      expect(listed).toContainEqual({ path: `names/${name}`, is_dir: false, size: Buffer.byteLength(text) });
    },
  );

  it('is not compressed on its way', async () => {
    await send('PUT', `${files}/long.txt`, 'a'.repeat(100_000));
    const got = await send('GET', `${files}/long.txt`, undefined, { 'accept-encoding': 'gzip, br' });
    expect([got.headers['content-encoding'], got.headers['content-length']]).toEqual([undefined, '100000']);
  });

  it('that is replaced while somebody reads it is read to its old end', async () => {
    const old = randomBytes(16 * MIB);
    await send('PUT', `${files}/replaced`, old);
    const response = await answerTo(open('GET', `${files}/replaced`));
    await send('PUT', `${files}/replaced`, 'new');
    const read = Buffer.concat((await response.toArray()) as Buffer[]);
    expect(sha256(read)).toBe(sha256(old));
    expect((await send('GET', `${files}/replaced`)).body.toString()).toBe('new');
  });

  it('of 400 MiB passes both ways without staying in memory', async () => {
    const rss = () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${cellar.child.pid}/status`, 'utf8'))?.[1]) * 1024;
    // The first bytes fill what the collector lets lie about, about 70 MiB; from then on no size may add to it.
    await throughServer(64);
    const before = rss();
    let peak = before;
    const sampler = setInterval(() => {
      peak = Math.max(peak, rss());
    }, 20);
    try {
      await throughServer(400);
    } finally {
      clearInterval(sampler);
    }
    expect(peak - before).toBeLessThan(120 * MIB);
  });

  it('whose upload breaks off is not there', async () => {
    const before = tree();
    const outgoing = open('PUT', `${files}/broken`, { 'content-length': MIB });
    outgoing.on('error', () => undefined);
    outgoing.write(randomBytes(MIB / 2));
    const incoming = join(root, '.incoming');
    await until(() => readdirSync(incoming).some((name) => statSync(join(incoming, name)).size > 0) || undefined);
    outgoing.destroy();
    await until(() => readdirSync(incoming).length === 0 || undefined);
    expect(tree()).toEqual(before);
    expect((await send('GET', `${files}/broken`)).status).toBe(404);
  });

  it('of an unknown run is not found, and of a deleted one may be read only', async () => {
    const nowhere = '/api/v1/runs/00000000000070008000000000000000/artifacts';
    for (const answer of [
      await send('GET', nowhere),
      await send('GET', `${nowhere}/x`),
      await send('PUT', `${nowhere}/x`, 'x'.repeat(MIB)),
      await send('DELETE', `${nowhere}/x`),
    ]) {
      expect([answer.status, json(answer).code]).toEqual([404, 'NOT_FOUND']);
    }

    const deleted = await newRun();
    const path = `/api/v1/runs/${deleted}/artifacts/kept`;
    await send('PUT', path, 'kept');
    await installation.query(`UPDATE run SET lifecycle = 'deleted' WHERE id = $1`, [deleted]);
    for (const answer of [await send('PUT', path, 'new'), await send('DELETE', path)]) {
      expect([answer.status, json(answer).code]).toEqual([409, 'NOT_ACTIVE']);
    }
    expect((await send('GET', path)).body.toString()).toBe('kept');
  });

  it.each([
    ['s3://bucket/x', undefined],
    ['mlflow-artifacts://other.example/x', undefined],
    ['mlflow-artifacts:/../x', undefined],
    ['mlflow-artifacts:/my%20place/', 'my place'],
  ])('of an experiment with the artifact location %s is where that says', async (location, folder) => {
    const id = await newRun();
    await installation.query(
      `WITH made AS (INSERT INTO experiment (name, artifact_location) VALUES ($1, $1) RETURNING id)
      UPDATE run SET experiment_id = made.id FROM made WHERE run.id = '${id}'`,
      [location],
    );
    const path = `/api/v1/runs/${id}/artifacts`;
    const put = await send('PUT', `${path}/x`, 'x');
    expect(put.status).toBe(folder === undefined ? 409 : 200);
    expect((await send('GET', `${path}/x`)).status).toBe(folder === undefined ? 409 : 200);
    const { root_uri: uri, files: listed } = json(await send('GET', path));
    expect(uri).toBe(`${location.replace(/\/$/, '')}/${id.replaceAll('-', '')}/artifacts`);
    expect(listed.length).toBe(folder === undefined ? 0 : 1);
    if (folder) expect(existsSync(join(root, folder, id.replaceAll('-', ''), 'artifacts/x'))).toBe(true);
  });

  it('does not let JSON routes take bodies by its type', async () => {
    const { status } = await send('POST', '/experiment/wine-quality/', '{}', {
      'content-type': 'application/x-cellar-stream',
    });
    expect(status).toBe(415);
  });
});

const ATTACKS = [
  '../../../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e/%2e%2e/etc/passwd',
  '%252e%252e%252fetc%252fpasswd',
  '..%25c0%25af..%25c0%25afetc',
  '.%00./x',
  '/etc/passwd',
  '//proc/self/environ',
  'file:///etc/passwd',
  '..%5c..%5cx',
  'C:%5cWindows%5cwin.ini',
  'C:x',
  '%5c%5chost%5cshare',
  'CON',
  'a:b',
  'name.',
  'a;/../../x',
  'a%23/../../x',
  'a%3fx/../..',
  'a%0ab',
  'a%e2%80%ae.txt',
  'x'.repeat(300),
  'x/'.repeat(200),
  `${'x'.repeat(200)}/`.repeat(25),
  '.',
  '%2e',
];

describe('a path that leads elsewhere', () => {
  beforeAll(() => send('PUT', `${files}/own`, 'x'));

  it.each(ATTACKS)('%s is refused by every route, and nothing changes', async (path) => {
    const before = tree();
    const bodies: string[] = [];
    for (const [method, address] of [
      ...['GET', 'PUT', 'DELETE'].flatMap((method) => [
        [method, `${files}/${path}`],
        [method, `${PROXY}/${path}`],
        [method, `/ajax-api/2.0/mlflow-artifacts/artifacts/${path}`],
      ]),
      ['GET', `${files}?path=${path.replaceAll('&', '%26')}`],
      ['GET', `${PROXY}?path=${path.replaceAll('&', '%26')}`],
    ]) {
      const { status, body } = await send(method, address, method === 'PUT' ? 'evil' : undefined);
      expect([method, address, status]).toEqual([method, address, 400]);
      bodies.push(body.toString());
    }
    expect(bodies.join('\n')).not.toMatch(/root:|node_modules|\.ts:/);
    expect(tree()).toEqual(before);
    expect((await send('GET', '/health/live')).status).toBe(200);
  });

  it('is none where it only goes a way around to a file of the run', async () => {
    for (const path of ['./own', './/own', './/./own/.']) {
      expect((await send('GET', `${files}/${path.replaceAll('.', '%2e')}`)).body.toString()).toBe('x');
      expect((await send('PUT', `${files}/${path.replaceAll('.', '%2e')}`, 'evil')).status).toBe(400);
      expect((await send('DELETE', `${files}/${path.replaceAll('.', '%2e')}`)).status).toBe(400);
    }
    expect((await send('GET', `${files}/own`)).body.toString()).toBe('x');
  });

  it('and bytes that are no UTF-8 are refused before any route', async () => {
    for (const path of ['..%c0%af..%c0%afetc', '%zz', '%ed%a0%80']) {
      expect((await send('GET', `${files}/${path}`)).status).toBe(400);
    }
  });

  it('by a link that somebody planted is not followed', async () => {
    const outside = join(installation.folder.dataDir, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'secret'), 'secret');
    const folder = join(root, '0', runId.replaceAll('-', ''), 'artifacts');
    symlinkSync(outside, join(folder, 'link'));
    for (const address of [`${files}/link`, `${PROXY}/0/${runId.replaceAll('-', '')}/artifacts/link`]) {
      for (const answer of [
        await send('GET', address),
        await send('GET', `${address}/secret`),
        await send('PUT', `${address}/y`, 'evil'),
        await send('PUT', address, 'evil'),
        await send('DELETE', address),
        await send('DELETE', `${address}/secret`),
        await send('GET', `${files}?path=link`),
      ]) {
        expect(answer.status).toBe(400);
      }
    }
    expect(readdirSync(outside)).toEqual(['secret']);
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('secret');
    const { files: listed } = json(await send('GET', files)) as { files: { path: string }[] };
    expect(listed.map(({ path }) => path)).not.toContain('link');
  });

  it('reaches neither the root nor another run', async () => {
    const before = tree();
    for (const address of [`${files}/`, `${PROXY}/`, files, PROXY]) {
      for (const method of ['PUT', 'DELETE']) {
        expect((await send(method, address, method === 'PUT' ? 'x' : undefined)).status).toBeGreaterThanOrEqual(400);
      }
    }
    expect((await send('DELETE', `${PROXY}/.incoming`)).status).toBe(400);
    expect(tree()).toEqual(before);
  });
});

it('a method that files do not take is refused with those that they take', async () => {
  const answer = await send('POST', `${files}/x`, '{}', { 'content-type': 'application/json' });
  expect([answer.status, answer.headers.allow]).toEqual([405, 'DELETE, GET, HEAD, PUT']);
});

describe('the list of MLflow', () => {
  it.each(['/api/2.0/mlflow', '/ajax-api/2.0/mlflow'])('names files from the root of their run at %s', async (base) => {
    const id = (await newRun()).replaceAll('-', '');
    await send('PUT', `/api/v1/runs/${id}/artifacts/a/one.txt`, '1');
    await send('PUT', `/api/v1/runs/${id}/artifacts/a/z/empty`, '');
    const list = async (query: string) => {
      const { status, body } = await send('GET', `${base}/artifacts/list?${query}`);
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

describe('the proxy of mlflow-artifacts', () => {
  it.each(['/api/2.0/mlflow-artifacts', '/ajax-api/2.0/mlflow-artifacts'])(
    'speaks as clients expect at %s',
    async (base) => {
      const at = `${base}/artifacts`;
      const put = await send('PUT', `${at}/7/run/artifacts/sub/b%20%25.json`, '{"no json', {
        'content-type': 'application/json',
      });
      expect([put.status, put.body.toString()]).toEqual([200, '{}']);
      await send('PUT', `${at}/7/run/artifacts/empty`, Readable.from([]), { 'transfer-encoding': 'chunked' });
      const list = async (path: string) => json(await send('GET', `${at}?path=${encodeURIComponent(path)}`));
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

      const got = await send('GET', `${at}/7/run/artifacts/sub/b%20%25.json`);
      expect([got.status, got.body.toString()]).toEqual([200, '{"no json']);
      expect(got.headers).toMatchObject({
        'content-type': 'text/plain; charset=utf-8',
        'content-length': '9',
        'accept-ranges': 'bytes',
        'x-content-type-options': 'nosniff',
      });
      expect((await send('GET', `${at}/7/run/artifacts/empty`)).body.length).toBe(0);
      expect((await send('GET', `${at}/7/run/artifacts/sub`)).status).toBe(400);
      expect((await send('GET', `${at}/7/run/artifacts/nothing`)).status).toBe(404);

      const removed = await send('DELETE', `${at}/7`, undefined, { 'content-length': '0' });
      expect([removed.status, removed.body.toString()]).toEqual([200, '{}']);
      expect((await send('DELETE', `${at}/7`)).status).toBe(200);
      expect(await list('7')).toEqual({});
    },
  );

  it.each([
    ['POST', 'mpu/create/7/run/artifacts/x', 'upload'],
    ['POST', 'mpu/complete/7/run/artifacts/x', 'upload'],
    ['POST', 'mpu/abort/7/run/artifacts/x', 'upload'],
    ['GET', 'presigned/7/run/artifacts/x', 'download'],
  ])('refuses %s %s in the words that clients know', async (method, path, what) => {
    const answer = await send(method, `/api/2.0/mlflow-artifacts/${path}`, method === 'POST' ? '{}' : undefined, {
      'content-type': 'application/json',
    });
    expect(answer.status).toBe(501);
    expect(json(answer)).toEqual({
      error_code: 'NOT_IMPLEMENTED',
      message: `Multipart ${what} is not supported for the current artifact repository`,
    });
  });
});
