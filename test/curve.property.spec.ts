import fc from 'fast-check';
import { CURVE_AXES, curveOf } from '../src/runs/curve.js';
import { inOrder, type Point, type Points, packChunk, pointAt, unpackChunks } from '../src/runs/series-chunk.js';

const value = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0),
);
const whole = fc.oneof(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -(2 ** 40), max: 2 ** 40 }));
const points = fc.array(fc.record({ step: whole, timestamp: whole, value }), { maxLength: 300 });

function columns(given: Point[]): Points {
  return {
    steps: Float64Array.from(given, ({ step }) => step),
    timestamps: Float64Array.from(given, ({ timestamp }) => timestamp),
    values: Float64Array.from(given, (point) => point.value),
  };
}

const listOf = (given: Points): Point[] => Array.from(given.values, (_, i) => pointAt(given, i));
const ordered = (given: Point[], axis: (typeof CURVE_AXES)[number]) =>
  inOrder(columns(given), axis === 'step' ? 'step' : 'timestamp');

describe('a curve', () => {
  it('loses no extreme, keeps both ends, and says how much it holds', () => {
    fc.assert(
      fc.property(points, fc.constantFrom(...CURVE_AXES), fc.integer({ min: 1, max: 30 }), (given, axis, buckets) => {
        const all = ordered(given, axis);
        const curve = curveOf(all, axis, buckets, []);
        const numbers = Array.from(all.values).filter((one) => !Number.isNaN(one));
        const shown = curve.y.filter((one) => !Number.isNaN(one));
        expect(curve.count).toBe(all.values.length);
        expect(curve.exact).toBe(curve.count <= 4 * buckets);
        expect(curve.y.length).toBeLessThanOrEqual(4 * buckets);
        if (curve.exact) expect(curve.y).toEqual(Array.from(all.values));
        if (numbers.length > 0) {
          // Not by toBe, which tells 0 from -0.
          expect(Math.max(...shown) === Math.max(...numbers)).toBe(true);
          expect(Math.min(...shown) === Math.min(...numbers)).toBe(true);
        }
        if (curve.count > 0) {
          expect([curve.steps[0], curve.steps.at(-1)]).toEqual([all.steps[0], all.steps[all.steps.length - 1]]);
        }
        expect(curve.x).toEqual(curve.x.toSorted((a, b) => a - b));
      }),
    );
  });

  it('of a range does not change with what is appended outside of it', () => {
    fc.assert(
      fc.property(points, points, fc.integer({ min: 1, max: 5 }), (given, more, buckets) => {
        const range: [number, number] = [-30, 30];
        const outside = more.filter(({ step }) => step < range[0] || step > range[1]);
        const before = curveOf(ordered(given, 'step'), 'step', buckets, range);
        const after = curveOf(ordered([...given, ...outside], 'step'), 'step', buckets, range);
        expect(after).toEqual(before);
      }),
    );
  });
});

describe('a packed chunk', () => {
  it('is read as it was written, whatever the values are', () => {
    fc.assert(
      fc.property(points, (given) => {
        expect(listOf(unpackChunks([packChunk(given)]))).toEqual(given);
      }),
    );
  });

  it('in order holds each point once, however often and in which order it was logged', () => {
    fc.assert(
      fc.property(points, fc.constantFrom('step' as const, 'timestamp' as const), (given, order) => {
        const once = inOrder(columns(given), order);
        const again = inOrder(columns([...given.toReversed(), ...given]), order);
        // 0 and -0 are equal, and either may be the one that stays.
        const plain = (all: Points) => listOf(all).map((point) => ({ ...point, value: point.value + 0 }));
        expect(plain(again)).toEqual(plain(once));
        const names = listOf(once).map((point) => `${point.step} ${point.timestamp} ${point.value}`);
        expect(new Set(names).size).toBe(names.length);
      }),
    );
  });
});
