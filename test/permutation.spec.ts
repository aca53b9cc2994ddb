import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { permutation, trainTestSplit } from '../src/training/permutation.js';

interface PermutationCase {
  seed: number;
  n: number;
  sha256_int32le: string;
  permutation?: number[];
}
const fixture: { cases: PermutationCase[] } = JSON.parse(
  readFileSync(new URL('./fixtures/numpy-permutations.json', import.meta.url), 'utf8'),
);

describe('permutation', () => {
  it.each(fixture.cases)('equals numpy for seed $seed and n $n', ({ seed, n, sha256_int32le, permutation: whole }) => {
    const order = permutation(seed, n);
    expect(createHash('sha256').update(Buffer.from(order.buffer)).digest('hex')).toBe(sha256_int32le);
    if (whole) expect([...order]).toEqual(whole);
  });

  it('holds each row once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 0, max: 3000 }), (seed, n) => {
        expect(Array.from(permutation(seed, n).toSorted())).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
    );
  });

  it.each([
    [-1, 3],
    [2 ** 32, 3],
    [0.5, 3],
    [Number.NaN, 3],
    [1, -1],
    [1, 1.5],
  ])('refuses seed %p with n %p', (seed, n) => {
    expect(() => permutation(seed, n)).toThrow(RangeError);
  });
});

describe('trainTestSplit', () => {
  it('takes the first quarter, rounded up, for testing', () => {
    const { train, test } = trainTestSplit(40, 1599);
    expect([train.length, test.length]).toEqual([1199, 400]);
    expect(Array.from(test.slice(0, 5))).toEqual([1035, 49, 799, 538, 660]);
  });
});
