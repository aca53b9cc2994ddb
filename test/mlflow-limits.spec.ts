import { posix } from 'node:path';
import fc from 'fast-check';
import { WireError } from '../src/mlflow/wire-error.js';
import { assertKey, assertLength, cut, LIMITS } from '../src/mlflow/wire-limits.js';

/** What a check throws, as a message; undefined where it lets through. */
function refusal(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    expect(error.wireCode).toBe('INVALID_PARAMETER_VALUE');
    return error.message;
  }
}

const text = fc.string({ unit: 'binary', maxLength: 40 });

describe('a key', () => {
  it.each(['a', 'a.b', 'val/acc 1', 'a:b', 'A_b-c', 'größe', '数', 'é', ' ', '-', 'a..b', '.a'])('may be %j', (key) => {
    expect(refusal(() => assertKey(key, 'key'))).toBeUndefined();
  });

  it.each(['a*b', 'a,b', 'a\nb', 'a"b', 'a\\b', 'a\0', '😀', 'a=b', '(a)'])('holds no other characters: %j', (key) => {
    expect(refusal(() => assertKey(key, 'params[1].key'))).toBe(
      `Invalid value ${JSON.stringify(key)} for parameter 'params[1].key' supplied: Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).`,
    );
  });

  it.each([
    ['', '.'],
    ['.', '.'],
    ['..', '..'],
    ['../a', '../a'],
    ['/a', '/a'],
    ['/', '/'],
    ['a//b', 'a/b'],
    ['a/./b', 'a/b'],
    ['a/../b', 'b'],
    ['a/', 'a'],
    ['./a', 'a'],
    ['a/..', '.'],
  ])('is the path that it looks like: %j is %j', (key, path) => {
    expect(refusal(() => assertKey(key, 'key'))).toMatch(
      new RegExp(`must not resolve to other names when treated as such. This name would resolve to '${path}'$`),
    );
  });

  it('that is taken is its own normal path', () => {
    const part = fc.constantFrom('a', '.', '..', '/', ' ', 'b:c', '-');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const key = parts.join('');
        const isTaken = refusal(() => assertKey(key, 'key')) === undefined;
        // Two slashes in front stay two in POSIX; such a key is refused all the same.
        const isNormal = key !== '' && posix.normalize(key) === key && !key.endsWith('/');
        expect(isTaken).toBe(isNormal && key !== '.' && !key.startsWith('..') && !key.startsWith('/'));
      }),
    );
  });

  it('has at most 250 characters', () => {
    expect(refusal(() => assertKey('k'.repeat(250), 'key'))).toBeUndefined();
    expect(refusal(() => assertKey('k'.repeat(251), 'key'))).toBe("'key' exceeds the maximum length of 250 characters");
  });
});

describe('a length', () => {
  it.each(Object.entries(LIMITS))('of %s counts characters and no units of UTF-16', (_, limit) => {
    expect(refusal(() => assertLength('😀'.repeat(limit), limit, 'value'))).toBeUndefined();
    expect(refusal(() => assertLength(`${'😀'.repeat(limit)}x`, limit, 'value'))).toBe(
      `'value' exceeds the maximum length of ${limit} characters`,
    );
  });

  it('is refused exactly where it is cut', () => {
    fc.assert(
      fc.property(text, fc.nat(40), (given, limit) => {
        const isRefused = refusal(() => assertLength(given, limit, 'value')) !== undefined;
        expect(isRefused).toBe(cut(given, limit) !== given);
      }),
    );
  });

  it('is cut between characters', () => {
    fc.assert(
      fc.property(text, fc.nat(40), (given, limit) => {
        expect(Array.from(cut(given, limit))).toEqual(Array.from(given).slice(0, limit));
      }),
    );
  });
});
