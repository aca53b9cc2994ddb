import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { dispositionOf } from '../src/artifacts/artifact-download.js';
import { ArtifactFolder } from '../src/artifacts/artifact-folder.js';
import { checkedFileLookup, checkedFilePath, checkedLookup, checkedPath } from '../src/artifacts/artifact-path.js';
import { ArtifactStore } from '../src/artifacts/artifact-store.js';
import { removeLeftOvers } from '../src/artifacts/artifact-upload.js';
import { rangeOf } from '../src/artifacts/byte-range.js';
import { AppError } from '../src/errors.js';
import { until } from './database-fixture.js';

/** In place of a database: no other process has these files. */
const NO_OTHERS = { alone: <Result>(_: string, work: () => Promise<Result>) => work() };

const REFUSED = [
  '../../../../etc/passwd',
  'a/../b',
  'a/..',
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e/x',
  '%252e%252e%252fx',
  '%25252e%25252e/x',
  '..%c0%af..%c0%afetc',
  '%c0%ae%c0%ae/x',
  '.%00./x',
  '%zz%2f..%2fx',
  '%zz/%2e%2e/x',
  'a%2f%2fb',
  '/etc/passwd',
  '//proc/self/environ',
  '%2fetc%2fpasswd',
  'a//b',
  'a//',
  '/',
  'file:///etc/passwd',
  'file%3a/etc/passwd',
  'http://example.org/x',
  '..\\..\\x',
  'a%5cb',
  'C:\\Windows\\win.ini',
  'C:x',
  'C%3ax',
  '\\\\host\\share',
  'CON',
  'a/nul.txt',
  'com1.log/x',
  'a:b',
  'name.',
  'name /x',
  '.',
  './a',
  'a/./b',
  'a;/../../x',
  'a#/../../x',
  'a%23b',
  'a?x/../..',
  'a\0b',
  'a\nb',
  'a\u007fb',
  'a%1fb',
  'a\u202etxt.exe',
  'a\ud800b',
  'x'.repeat(256),
  'é'.repeat(128),
  `${'x'.repeat(99)}/`.repeat(50),
  Array.from({ length: 200 }, () => 'a').join('/'),
];

const KEPT = [
  'a',
  'a b/c',
  'model/MLmodel',
  'a..b/...c',
  '.hidden',
  '50% done.txt',
  'a%20b',
  'dog%step%0%timestamp%1723456%gbcd.png',
  'dog%step%23%timestamp%1723456%gbcd.png',
  'Größe/模型/🙂.bin',
  'a;x=1',
  'a?b',
  '"><img src=x onerror=alert(1)>.txt',
  'console.log',
  'x'.repeat(255),
];

describe('a path of a client', () => {
  it.each(REFUSED)('%j is refused as invalid input that names the path', (text) => {
    let thrown: unknown;
    try {
      checkedPath(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(AppError);
    const { code, message, details } = thrown as AppError;
    expect([code, message, details[0].field]).toEqual(['INVALID_INPUT', 'Invalid path', 'path']);
  });

  it.each(KEPT)('%j is kept as it is written', (text) => {
    expect(checkedFilePath(text).join('/')).toBe(text);
  });

  it('may be empty or end in a slash where a folder is meant', () => {
    expect(checkedPath('')).toEqual([]);
    expect(checkedPath('a/')).toEqual(checkedPath('a'));
    expect(() => checkedFilePath('')).toThrow(AppError);
  });

  it.each(['./a/b', 'a/./b', 'a//b', './/a/b/.', 'a/b//'])('%j is looked up as a/b', (text) => {
    expect(checkedLookup(text)).toEqual(['a', 'b']);
    expect(checkedFileLookup(text)).toEqual(['a', 'b']);
  });

  it.each(REFUSED.filter((text) => !['./a', 'a/./b', 'a//b', 'a//'].includes(text)))('%j is not looked up', (text) => {
    expect(() => checkedLookup(text)).toThrow(AppError);
  });

  it('stays below the root, whatever the text and however often somebody decodes it', () => {
    const piece = fc.oneof(
      fc.constantFrom('..', '.', '/', '\\', '%2e', '%2E', '%2f', '%5c', '%25', '%00', '%', 'c:', '~', '#', '\0', 'a'),
      fc.string({ unit: 'binary', maxLength: 4 }),
    );
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    let kept = 0;
    fc.assert(
      fc.property(text, fc.constantFrom(checkedPath, checkedLookup), (given, look) => {
        let path: readonly string[];
        try {
          path = look(given);
        } catch (error) {
          return error instanceof AppError;
        }
        kept++;
        return everyReading(path.join('/')).every((reading) => {
          const resolved = resolve('/root/of/artifacts', reading);
          return resolved === '/root/of/artifacts' || resolved.startsWith('/root/of/artifacts/');
        });
      }),
      { numRuns: 5_000 },
    );
    expect(kept).toBeGreaterThan(50);
  });
});

/** What a text is to those who decode it once, twice, and so on, also piece by piece. */
function everyReading(text: string): string[] {
  const readings = [text];
  for (let i = 0; i < 8; i++) {
    readings.push(readings[i].replace(/%(2e|2f|5c)/gi, decodeURIComponent).replaceAll('%25', '%'));
  }
  return readings.flatMap((reading) => [reading, reading.replaceAll('\\', '/')]);
}

describe('on disk', () => {
  let base: string;
  let store: ArtifactStore;
  const root = () => join(base, 'artifacts');
  const put = (path: string, text: string) => store.put(checkedPath(path), Readable.from([Buffer.from(text)]));

  beforeEach(async () => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'cellar-artifacts-')));
    mkdirSync(join(base, 'outside'));
    writeFileSync(join(base, 'outside/secret'), 'secret');
    store = new ArtifactStore({ dataDir: base }, NO_OTHERS);
    await put('run/art/file', 'inside');
  });
  afterEach(() => rmSync(base, { recursive: true }));

  it.each([
    ['a folder', 'outside', 'run/art/x/secret'],
    ['a file', 'outside/secret', 'run/art/x'],
    ['a place inside', 'artifacts/run', 'run/art/x/art/file'],
    ['nothing', 'nowhere', 'run/art/x/y'],
  ])('a link to %s is not followed by any of open, list, put and remove', async (_, target, path) => {
    symlinkSync(join(base, target), join(root(), 'run/art/x'));
    for (const attempt of [
      () => store.open(checkedPath(path)),
      () => store.list(checkedPath(path)),
      () => put(path, 'evil'),
      () => store.remove(checkedPath(path)),
      () => store.remove(checkedPath('run/art/x')),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }
    expect(readFileSync(join(base, 'outside/secret'), 'utf8')).toBe('secret');
    expect(await store.list(checkedPath('run/art'))).toEqual([{ path: 'file', isDirectory: false, size: 6 }]);
  });

  it('removing a folder removes the links in it and nothing that they lead to', async () => {
    symlinkSync(join(base, 'outside'), join(root(), 'run/art/x'));
    await store.remove(checkedPath('run'));
    expect(existsSync(join(root(), 'run'))).toBe(false);
    expect(readFileSync(join(base, 'outside/secret'), 'utf8')).toBe('secret');
  });

  it('the folder of all artifacts may itself be a link', async () => {
    symlinkSync(root(), join(base, 'elsewhere'));
    const folder = new ArtifactFolder(join(base, 'elsewhere'));
    expect((await folder.find(checkedPath('run/art/file'))).stats?.isFile()).toBe(true);
  });

  it('every path that is taken is found below the root', async () => {
    const folder = new ArtifactFolder(root());
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 20 }), async (text) => {
        let found: string;
        try {
          found = (await folder.find(checkedPath(text))).path;
        } catch (error) {
          return error instanceof AppError || (error as NodeJS.ErrnoException).code !== undefined;
        }
        return found === root() || found.startsWith(root() + sep);
      }),
      { numRuns: 500 },
    );
  });

  it('neither the root nor the folder of uploads is anybody’s', async () => {
    for (const path of ['', '.incoming', '.incoming/x', '.INCOMING/x']) {
      await expect(put(path, 'x')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      await expect(store.remove(checkedPath(path))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }
    expect((await store.list(checkedPath(''))).map(({ path }) => path)).toEqual(['run']);
  });

  it('a file does not become a folder, nor a folder a file', async () => {
    await expect(put('run/art', 'x')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(put('run/art/file/x', 'x')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(store.open(checkedPath('run/art'))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await store.list(checkedPath('run/art/file'))).toEqual([]);
    expect(await store.open(checkedPath('run/nothing'))).toBeUndefined();
  });

  it('an upload that breaks off leaves the old file and no other', async () => {
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from('half');
        throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
      })(),
    );
    await expect(store.put(checkedPath('run/art/file'), broken)).rejects.toMatchObject({ code: 'REQUEST_REFUSED' });
    expect(readFileSync(join(root(), 'run/art/file'), 'utf8')).toBe('inside');
    expect((await store.list(checkedPath('run/art'))).length).toBe(1);
    expect(readdirSync(join(root(), '.incoming'))).toEqual([]);
  });

  it('a full disk is said to be full', async () => {
    const full = new Readable({
      read() {
        this.destroy(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
      },
    });
    await expect(store.put(checkedPath('run/new'), full)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('a disk that fails lets its sender send on, to read why', async () => {
    const sent = Readable.from([Buffer.from('begin'), 5, Buffer.from('the'), Buffer.from('rest')]);
    await expect(store.put(checkedPath('run/new'), sent)).rejects.toThrow();
    if (!sent.readableEnded) await once(sent, 'end');
    expect(sent.readableEnded).toBe(true);
  });

  it('removes what killed processes left, if it is ours and an hour old', async () => {
    const incoming = join(root(), '.incoming');
    writeFileSync(join(incoming, 'upload-0b0c6d5e-9f0a-4b1c-8d2e-3f4a5b6c7d8e'), 'x');
    writeFileSync(join(incoming, 'notes.txt'), 'x');
    await removeLeftOvers(incoming, Date.now() + 30 * 60_000);
    expect(readdirSync(incoming).length).toBe(2);
    await removeLeftOvers(incoming, Date.now() + 61 * 60_000);
    expect(readdirSync(incoming)).toEqual(['notes.txt']);
  });

  it('removes the rest where something can not be removed, and starts all the same', async () => {
    const incoming = join(root(), '.incoming');
    const [folder, file] = ['1b0c6d5e', '2b0c6d5e'].map((id) =>
      join(incoming, `upload-${id}-9f0a-4b1c-8d2e-3f4a5b6c7d8e`),
    );
    mkdirSync(folder);
    writeFileSync(file, 'x');
    const anHourAgo = Date.now() / 1000 - 61 * 60;
    for (const path of [folder, file]) utimesSync(path, anHourAgo, anHourAgo);
    await expect(removeLeftOvers(incoming)).rejects.toThrow();
    expect([existsSync(folder), existsSync(file)]).toEqual([true, false]);
    const warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    await store.onModuleInit();
    store.beforeApplicationShutdown();
    expect(warned.mock.calls).toEqual([[expect.stringMatching(/could not remove broken uploads/)]]);
    warned.mockRestore();
  });

  it('removes it also when it becomes an hour old while the server runs', async () => {
    jest.useFakeTimers({
      doNotFake: ['Date', 'setTimeout', 'setImmediate', 'nextTick', 'queueMicrotask', 'performance'],
    });
    try {
      await store.onModuleInit();
      const left = join(root(), '.incoming/upload-0b0c6d5e-9f0a-4b1c-8d2e-3f4a5b6c7d8e');
      writeFileSync(left, 'x');
      const anHourAgo = Date.now() / 1000 - 61 * 60;
      utimesSync(left, anHourAgo, anHourAgo);
      jest.advanceTimersByTime(10 * 60_000);
      await until(() => !existsSync(left) || undefined);
      store.beforeApplicationShutdown();
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });

  it('puts and removals of one folder do not trip over each other', async () => {
    const work = Array.from({ length: 40 }, async (_, i) => {
      await put(`busy/deep/${i}`, 'x');
      await store.remove(checkedPath(`busy/deep/${i}`));
    });
    await Promise.all(work);
    expect((await store.list(checkedPath(''))).map(({ path }) => path)).toEqual(['run']);
  });
});

describe('a Range header', () => {
  it.each([
    [undefined, undefined],
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=2-', { start: 2, end: 9 }],
    ['bytes=2-99', { start: 2, end: 9 }],
    ['bytes=-3', { start: 7, end: 9 }],
    ['bytes=-99', { start: 0, end: 9 }],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=5-2', undefined],
    ['bytes=0-1,3-4', undefined],
    ['bytes=a-b', undefined],
    ['items=0-1', undefined],
  ])('%s of 10 bytes is read as %j', (header, expected) => {
    expect(rangeOf(header, 10)).toEqual(expected);
  });

  it('of an empty file can not be satisfied', () => {
    expect([rangeOf('bytes=0-', 0), rangeOf('bytes=-1', 0)]).toEqual(['unsatisfiable', 'unsatisfiable']);
  });
});

describe('the name in a Content-Disposition', () => {
  it('comes back as it was and splits no header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        const header = dispositionOf(name);
        const exact =
          /^attachment; filename="[^"\\%]*"; filename\*=UTF-8''([\w!#$&+\-.^`|~%]+)$/.exec(header) ??
          /^attachment; filename="([\w.-]+)"$/.exec(header);
        return exact !== null && /^[\x20-\x7e]+$/.test(header) && decodeURIComponent(exact[1]) === name;
      }),
    );
  });
});
