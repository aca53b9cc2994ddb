import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ArtifactStore, json, PROXY, withArtifactStore } from './artifact-store.js';

let store: ArtifactStore;
let files: string;
let proxied: string;
let root: string;

withArtifactStore((started) => {
  store = started;
  ({ files, proxied, root } = started);
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
  beforeAll(() => store.send('PUT', `${files}/own`, 'x'));

  it.each(ATTACKS)('%s is refused by every route, and nothing changes', async (path) => {
    const before = store.tree();
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
      const { status, body } = await store.send(method, address, method === 'PUT' ? 'evil' : undefined);
      expect([method, address, status]).toEqual([method, address, 400]);
      bodies.push(body.toString());
    }
    expect(bodies.join('\n')).not.toMatch(/root:|node_modules|\.ts:/);
    expect(store.tree()).toEqual(before);
    expect((await store.send('GET', '/health/live')).status).toBe(200);
  });

  it('is none where it only goes a way around to a file of the run', async () => {
    for (const path of ['./own', './/own', './/./own/.']) {
      expect((await store.send('GET', `${files}/${path.replaceAll('.', '%2e')}`)).body.toString()).toBe('x');
      expect((await store.send('PUT', `${files}/${path.replaceAll('.', '%2e')}`, 'evil')).status).toBe(400);
      expect((await store.send('DELETE', `${files}/${path.replaceAll('.', '%2e')}`)).status).toBe(400);
    }
    expect((await store.send('GET', `${files}/own`)).body.toString()).toBe('x');
  });

  it('and bytes that are no UTF-8 are refused before any route', async () => {
    for (const path of ['..%c0%af..%c0%afetc', '%zz', '%ed%a0%80']) {
      expect((await store.send('GET', `${files}/${path}`)).status).toBe(400);
    }
  });

  it('by a link that somebody planted is not followed', async () => {
    const outside = join(store.installation.folder.dataDir, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'secret'), 'secret');
    const folder = join(root, '0', store.runId.replaceAll('-', ''), 'artifacts');
    symlinkSync(outside, join(folder, 'link'));
    for (const address of [`${files}/link`, `${proxied}/link`]) {
      for (const answer of [
        await store.send('GET', address),
        await store.send('GET', `${address}/secret`),
        await store.send('PUT', `${address}/y`, 'evil'),
        await store.send('PUT', address, 'evil'),
        await store.send('DELETE', address),
        await store.send('DELETE', `${address}/secret`),
        await store.send('GET', `${files}?path=link`),
      ]) {
        expect(answer.status).toBe(400);
      }
    }
    expect(readdirSync(outside)).toEqual(['secret']);
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('secret');
    const { files: listed } = json(await store.send('GET', files)) as { files: { path: string }[] };
    expect(listed.map(({ path }) => path)).not.toContain('link');
  });

  it('reaches neither the root nor another run', async () => {
    const before = store.tree();
    for (const address of [`${files}/`, `${PROXY}/`, files, PROXY]) {
      for (const method of ['PUT', 'DELETE']) {
        expect((await store.send(method, address, method === 'PUT' ? 'x' : undefined)).status).toBeGreaterThanOrEqual(
          400,
        );
      }
    }
    expect((await store.send('DELETE', `${PROXY}/.incoming`)).status).toBe(400);
    expect(store.tree()).toEqual(before);
  });
});

it('a method that files do not take is refused with those that they take', async () => {
  const answer = await store.send('POST', `${files}/x`, '{}', { 'content-type': 'application/json' });
  expect([answer.status, answer.headers.allow]).toEqual([405, 'DELETE, GET, HEAD, PUT']);
});
