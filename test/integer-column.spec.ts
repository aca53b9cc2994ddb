import fc from 'fast-check';
import { packIntegers, unpackIntegers } from '../src/runs/integer-column.js';

function roundTrip(numbers: number[]): { bytes: number; back: number[] } {
  const packed = packIntegers(numbers);
  const target = new Float64Array(numbers.length + 1);
  unpackIntegers(packed, numbers.length, target, 1);
  return { bytes: packed.length, back: [...target.subarray(1)] };
}

it('gives every whole number back that a double holds exactly', () => {
  const numbers = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.integer({ min: -3, max: 3 }));
  fc.assert(
    fc.property(fc.array(numbers), (given) => {
      const { back, bytes } = roundTrip(given);
      expect(back).toEqual(given.map((number) => number + 0));
      expect(bytes).toBeLessThanOrEqual(8 * given.length);
    }),
  );
});

it('needs a byte a number where they grow evenly', () => {
  const times = Array.from({ length: 1_000 }, (_, i) => 1_700_000_000_000 + 50 * i);
  expect(roundTrip(times)).toEqual({ bytes: expect.any(Number), back: times });
  expect(roundTrip(times).bytes).toBeLessThan(1_020);
});

it('reads a single number as PostgreSQL writes it', () => {
  const sent = Buffer.alloc(8);
  sent.writeBigInt64BE(-7n);
  const target = new Float64Array(1);
  unpackIntegers(sent, 1, target, 0);
  expect(target[0]).toBe(-7);
  expect(packIntegers([2 ** 52]).equals(Buffer.from([0, 16, 0, 0, 0, 0, 0, 0]))).toBe(true);
});
