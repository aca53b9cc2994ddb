import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type ArtifactStore, json, sha256, withArtifactStore } from './artifact-store.js';
import { until } from './database-fixture.js';

const MIB = 1024 * 1024;

let store: ArtifactStore;
let files: string;
let proxied: string;
let root: string;

withArtifactStore((started) => {
  store = started;
  ({ files, proxied, root } = started);
});

async function answerTo(outgoing: ClientRequest): Promise<IncomingMessage> {
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  outgoing.end();
  return (await answered)[0];
}

/** Stores a file of so many MiB, reads it again and compares what came back. */
async function throughServer(mebibytes: number): Promise<void> {
  const block = randomBytes(MIB);
  const sent = createHash('sha256');
  for (let i = 0; i < mebibytes; i++) sent.update(block);
  const digest = sent.digest('hex');
  const body = Readable.from(Array.from({ length: mebibytes }, () => block));
  const put = await store.send('PUT', `${files}/large`, body, { 'transfer-encoding': 'chunked' });
  expect(json(put)).toEqual({ path: 'large', size: mebibytes * MIB, sha256: digest });

  const received = createHash('sha256');
  for await (const chunk of await answerTo(store.open('GET', `${files}/large`))) received.update(chunk as Buffer);
  expect(received.digest('hex')).toBe(digest);
  await store.send('DELETE', `${files}/large`);
}

describe('a file of a run', () => {
  it('is stored, read, listed and removed', async () => {
    const id = await store.newRun();
    const files = `/api/v1/runs/${id}/artifacts`;
    const put = await store.send('PUT', `${files}/model/a.bin`, 'hello');
    expect([put.status, json(put)]).toEqual([200, { path: 'model/a.bin', size: 5, sha256: sha256('hello') }]);
    const folder = join(root, '0', id.replaceAll('-', ''));
    expect(readFileSync(join(folder, 'artifacts/model/a.bin'), 'utf8')).toBe('hello');

    const got = await store.send('GET', `${files}/model/a.bin`);
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
    expect(json(await store.send('GET', files))).toEqual({
      path: '',
      root_uri: `mlflow-artifacts:/0/${id.replaceAll('-', '')}/artifacts`,
      files: [{ path: 'model', is_dir: true, size: 0 }],
    });
    for (const path of ['model', 'model/']) {
      expect(json(await store.send('GET', `${files}?path=${path}`)).files).toEqual([
        { path: 'model/a.bin', is_dir: false, size: 5 },
      ]);
    }
    expect(json(await store.send('GET', `${files}?path=model/a.bin`)).files).toEqual([]);
    expect(json(await store.send('GET', `${files}?path=nothing`)).files).toEqual([]);

    expect((await store.send('DELETE', `${files}/model/a.bin`)).status).toBe(200);
    expect((await store.send('GET', `${files}/model/a.bin`)).status).toBe(404);
    expect((await store.send('DELETE', `${files}/model/a.bin`)).status).toBe(200);
    // Nothing is left of the folders that only held it.
    expect(existsSync(folder)).toBe(false);
  });

  it('is answered in part, or not at all where the client has it', async () => {
    await store.send('PUT', `${files}/range.txt`, '0123456789');
    const all = await store.send('GET', `${files}/range.txt`);
    expect(all.headers['content-type']).toBe('text/plain; charset=utf-8');
    const { etag = '' } = all.headers;
    const part = (range: string, more = {}) => store.send('GET', `${files}/range.txt`, undefined, { range, ...more });

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

    const known = await store.send('GET', `${files}/range.txt`, undefined, { 'if-none-match': etag });
    expect([known.status, known.body.length]).toEqual([304, 0]);
    const head = await store.send('HEAD', `${files}/range.txt`);
    expect([head.status, head.headers['content-length'], head.headers.etag]).toEqual([200, '10', etag]);
    await store.send('PUT', `${files}/range.txt`, '9876543210');
    expect((await store.send('GET', `${files}/range.txt`, undefined, { 'if-none-match': etag })).status).toBe(200);
  });

  it('is read only under the conditions that the client makes', async () => {
    await store.send('PUT', `${files}/read-if.txt`, '0123456789');
    const { headers } = await store.send('HEAD', `${files}/read-if.txt`);
    const { etag = '', 'last-modified': modified = '' } = headers;
    const before = new Date(Date.parse(modified) - 1_000).toUTCString();
    const got = async (method: string, conditions: Record<string, string>) =>
      (await store.send(method, `${files}/read-if.txt`, undefined, conditions)).status;
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
    expect((await store.send('GET', `${files}/nothing`, undefined, { 'if-match': '*' })).status).toBe(404);
  });

  it.each(['native', 'proxy'])('is changed only under the conditions that the client makes: %s', async (route) => {
    const base = route === 'native' ? files : proxied;
    const path = `${base}/change-if`;
    const change = async (method: string, conditions: Record<string, string>, body?: string) =>
      (await store.send(method, path, body, conditions)).status;
    const text = async () => (await store.send('GET', path)).body.toString();

    expect(await change('PUT', { 'if-match': '*' }, 'none')).toBe(412);
    expect((await store.send('GET', path)).status).toBe(404);
    expect(await change('PUT', { 'if-none-match': '*' }, 'first')).toBe(200);
    expect(await change('PUT', { 'if-none-match': '*' }, 'again')).toBe(412);
    const { etag = '', 'last-modified': modified = '' } = (await store.send('HEAD', path)).headers;
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
    expect(await change('DELETE', { 'if-match': (await store.send('HEAD', path)).headers.etag ?? '' })).toBe(200);
    expect(await change('DELETE', { 'if-match': '*' })).toBe(412);
    expect(readdirSync(join(root, '.incoming'))).toEqual([]);
  });

  it('that is not to replace another is refused in words, before all of it is sent', async () => {
    await store.send('PUT', `${files}/words`, 'x');
    const outgoing = store.open('PUT', `${files}/words`, { 'content-length': MIB, 'if-none-match': '*' });
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
      Array.from({ length: 20 }, (_, i) => store.send('PUT', `${files}/once`, String(i), { 'if-none-match': '*' })),
    );
    const stored = answers.flatMap(({ status }, i) => (status === 200 ? [String(i)] : []));
    expect(answers.filter(({ status }) => status === 412).length).toBe(19);
    expect(stored).toEqual([(await store.send('GET', `${files}/once`)).body.toString()]);
  });

  it('of many that are to be the first one is, whichever server is asked', async () => {
    const other = await store.installation.start('main');
    const headers = { 'if-none-match': '*' };
    for (let file = 0; file < 20; file++) {
      const statuses = await Promise.all(
        Array.from({ length: 16 }, async (_, i) => {
          const url = i % 2 === 0 ? store.cellar.url : other.url;
          return (await fetch(`${url}${files}/race-${file}`, { method: 'PUT', body: String(i), headers })).status;
        }),
      );
      expect(statuses.sort((a, b) => a - b)).toEqual([200, ...Array.from({ length: 15 }, () => 412)]);
    }
    await other.stop();
  });

  it('is not taken in parts', async () => {
    const headers = { 'content-range': 'bytes 0-3/10' };
    await store.send('PUT', `${files}/whole`, '0123456789');
    const put = await store.send('PUT', `${files}/whole`, 'part', headers);
    expect([put.status, json(put).details[0]]).toEqual([
      400,
      { field: 'Content-Range', reason: 'is bytes 0-3/10', allowed: 'a body without it' },
    ]);
    expect((await store.send('PUT', `${proxied}/whole`, 'part', headers)).status).toBe(400);
    expect((await store.send('GET', `${files}/whole`)).body.toString()).toBe('0123456789');
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
    const put = await store.send('PUT', `${files}/typed`, text, headers);
    expect([put.status, json(put).size]).toEqual([200, Buffer.byteLength(text)]);
    expect((await store.send('GET', `${files}/typed`)).body.toString()).toBe(text);
  });

  it.each(['', 'some text'])('arrives in chunks: %j', async (text) => {
    const put = await store.send('PUT', `${files}/chunked`, Readable.from([Buffer.from(text)]), {
      'transfer-encoding': 'chunked',
    });
    expect([put.status, json(put).sha256]).toEqual([200, sha256(text)]);
    const got = await store.send('GET', `${files}/chunked`);
    expect([got.status, got.headers['content-length'], got.body.toString()]).toEqual([200, String(text.length), text]);
  });

  it.each(['Größe 模型 🙂.txt', '50% done', 'a%20b', 'a b', "it's (new)*", '"><img src=x>', 'a;b?c&d=e+f', 'a,b@c'])(
    'may be named %j',
    async (name) => {
      const path = `${files}/names/${encodeURIComponent(name)}`;
      const text = `the file ${name}`;
      expect(json(await store.send('PUT', path, text)).path).toBe(`names/${name}`);
      const got = await store.send('GET', path);
      expect(got.body.toString()).toBe(text);
      const [, exact] = /filename(?:\*=UTF-8''|=")([^\s"]+)"?$/.exec(got.headers['content-disposition'] ?? '') ?? [];
      expect(decodeURIComponent(exact)).toBe(name);
      const { files: listed } = json(await store.send('GET', `${files}?path=names`));
      expect(listed).toContainEqual({ path: `names/${name}`, is_dir: false, size: Buffer.byteLength(text) });
    },
  );

  it('is not compressed on its way', async () => {
    await store.send('PUT', `${files}/long.txt`, 'a'.repeat(100_000));
    const got = await store.send('GET', `${files}/long.txt`, undefined, { 'accept-encoding': 'gzip, br' });
    expect([got.headers['content-encoding'], got.headers['content-length']]).toEqual([undefined, '100000']);
  });

  it('that is replaced while somebody reads it is read to its old end', async () => {
    const old = randomBytes(16 * MIB);
    await store.send('PUT', `${files}/replaced`, old);
    const response = await answerTo(store.open('GET', `${files}/replaced`));
    await store.send('PUT', `${files}/replaced`, 'new');
    const read = Buffer.concat((await response.toArray()) as Buffer[]);
    expect(sha256(read)).toBe(sha256(old));
    expect((await store.send('GET', `${files}/replaced`)).body.toString()).toBe('new');
  });

  it('of 400 MiB passes both ways without staying in memory', async () => {
    const rss = () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${store.cellar.child.pid}/status`, 'utf8'))?.[1]) * 1024;
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
    // The folders are made for the first file.
    await store.send('PUT', `${files}/unbroken`, 'x');
    const before = store.tree();
    const outgoing = store.open('PUT', `${files}/broken`, { 'content-length': MIB });
    outgoing.on('error', () => undefined);
    outgoing.write(randomBytes(MIB / 2));
    const incoming = join(root, '.incoming');
    await until(() => readdirSync(incoming).some((name) => statSync(join(incoming, name)).size > 0) || undefined);
    outgoing.destroy();
    await until(() => readdirSync(incoming).length === 0 || undefined);
    expect(store.tree()).toEqual(before);
    expect((await store.send('GET', `${files}/broken`)).status).toBe(404);
  });

  it('of an unknown run is not found, and of a deleted one may be read only', async () => {
    const nowhere = '/api/v1/runs/00000000000070008000000000000000/artifacts';
    for (const answer of [
      await store.send('GET', nowhere),
      await store.send('GET', `${nowhere}/x`),
      await store.send('PUT', `${nowhere}/x`, 'x'.repeat(MIB)),
      await store.send('DELETE', `${nowhere}/x`),
    ]) {
      expect([answer.status, json(answer).code]).toEqual([404, 'NOT_FOUND']);
    }

    const deleted = await store.newRun();
    const path = `/api/v1/runs/${deleted}/artifacts/kept`;
    await store.send('PUT', path, 'kept');
    await store.installation.query(`UPDATE run SET lifecycle = 'deleted' WHERE id = $1`, [deleted]);
    for (const answer of [await store.send('PUT', path, 'new'), await store.send('DELETE', path)]) {
      expect([answer.status, json(answer).code]).toEqual([409, 'NOT_ACTIVE']);
    }
    expect((await store.send('GET', path)).body.toString()).toBe('kept');
  });

  it.each([
    ['s3://bucket/x', undefined],
    ['mlflow-artifacts://other.example/x', undefined],
    ['mlflow-artifacts:/../x', undefined],
    ['mlflow-artifacts:/my%20place/', 'my place'],
  ])('of an experiment with the artifact location %s is where that says', async (location, folder) => {
    const id = await store.newRun();
    await store.installation.query(
      `WITH made AS (INSERT INTO experiment (name, artifact_location) VALUES ($1, $1) RETURNING id)
      UPDATE run SET experiment_id = made.id FROM made WHERE run.id = '${id}'`,
      [location],
    );
    const path = `/api/v1/runs/${id}/artifacts`;
    const put = await store.send('PUT', `${path}/x`, 'x');
    expect(put.status).toBe(folder === undefined ? 409 : 200);
    expect((await store.send('GET', `${path}/x`)).status).toBe(folder === undefined ? 409 : 200);
    const { root_uri: uri, files: listed } = json(await store.send('GET', path));
    expect(uri).toBe(`${location.replace(/\/$/, '')}/${id.replaceAll('-', '')}/artifacts`);
    expect(listed.length).toBe(folder === undefined ? 0 : 1);
    if (folder) expect(existsSync(join(root, folder, id.replaceAll('-', ''), 'artifacts/x'))).toBe(true);
  });

  it('does not let JSON routes take bodies by its type', async () => {
    const { status } = await store.send('POST', '/experiment/wine-quality/', '{}', {
      'content-type': 'application/x-cellar-stream',
    });
    expect(status).toBe(415);
  });
});
