import fc from 'fast-check';
import { CURVE_AXES, type CurvePoints, curveOf } from '../src/runs/curve.js';
import {
  inOrder,
  type Point,
  type Points,
  packChunk,
  pointAt,
  sliced,
  unpackChunks,
} from '../src/runs/series-chunk.js';

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

/** The points between multiples of a width. */
const partsOf = (given: Point[], width: number): Point[][] =>
  Object.values(Object.groupBy(given, ({ step }) => Math.floor(step / width))) as Point[][];

/** @param shown values by their step */
function isShown(part: Point[], shown: Map<number, number>): boolean {
  const finite = part.map((point) => point.value).filter(Number.isFinite);
  const kept = part.filter(({ step }) => shown.has(step)).map((point) => point.value);
  const [first, last] = [part[0], part[part.length - 1]];
  return (
    shown.has(first.step) &&
    shown.has(last.step) &&
    (finite.length === 0 || (kept.includes(Math.min(...finite)) && kept.includes(Math.max(...finite)))) &&
    (finite.length === part.length || !kept.every(Number.isFinite))
  );
}

/** A curve as the names of its points. */
const namesOf = ({ x, y }: CurvePoints) => x.map((place, i) => `${place} ${y[i]}`);

/** Points whose values come again after a while, as every bucket of a real curve has other extremes. */
const growing = (count: number): Point[] =>
  Array.from({ length: count }, (_, i) => ({ step: i, timestamp: 5 * i, value: (i * 7_919) % 1_009 }));

describe('a curve', () => {
  it('loses no extreme, keeps both ends, and says how much it holds', () => {
    fc.assert(
      fc.property(points, fc.constantFrom(...CURVE_AXES), fc.integer({ min: 1, max: 30 }), (given, axis, buckets) => {
        const all = ordered(given, axis);
        const curve = curveOf(all, axis, buckets, []);
        const numbers = Array.from(all.values).filter(Number.isFinite);
        const shown = curve.y.filter(Number.isFinite);
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

  it.each([2, 80])('keeps a spike beside a value that is no number, and tells of both in %i parts', (buckets) => {
    const given = growing(4_000);
    given[503].value = Number.POSITIVE_INFINITY;
    given[505].value = 1e6;
    const curve = curveOf(columns(given), 'step', buckets, []);
    expect(curve.y).toEqual(expect.arrayContaining([Number.POSITIVE_INFINITY, 1e6]));
    expect(curve.y.length).toBeLessThanOrEqual(4 * buckets);
  });

  it('keeps the first, lowest, highest and last point of every part, and a gap where one is', () => {
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 50, maxLength: 600 }),
        fc.integer({ min: 3, max: 30 }),
        fc.integer({ min: -1_000, max: 1_000 }),
        (values, buckets, first) => {
          const given = values.map((one, i) => ({ step: first + i, timestamp: i, value: one }));
          const curve = curveOf(columns(given), 'step', buckets, []);
          if (curve.exact) return;
          const shown = new Map(curve.steps.map((step, i) => [step, curve.y[i]]));
          const holds = (width: number) => partsOf(given, width).every((part) => isShown(part, shown));
          const widths = Array.from({ length: 12 }, (_, i) => 2 ** i).filter(
            (width) => width >= values.length / buckets,
          );
          expect(widths.slice(0, 3).some(holds)).toBe(true);
        },
      ),
    );
  });

  it.each(CURVE_AXES)('along the %s keeps its picture while it grows', (axis) => {
    const all = columns(growing(20_000));
    let before = curveOf(sliced(all, 0, 400), axis, 80, []);
    let widened = 0;
    for (let count = 500; count <= 20_000; count += 100) {
      const after = curveOf(sliced(all, 0, count), axis, 80, []);
      expect(after.y.length).toBeLessThanOrEqual(320);
      expect(after.y.length).toBeGreaterThanOrEqual(150);
      const shown = new Set(namesOf(after));
      // The last part was not full, so one of its points may have been surpassed.
      const gone = namesOf(before)
        .slice(0, -4)
        .filter((name) => !shown.has(name));
      if (gone.length > 0) widened++;
      // Where it needs wider parts, nothing new appears among the old ones.
      const end = before.x.at(-1) ?? 0;
      const known = new Set(namesOf(before));
      expect(namesOf(after).filter((name, i) => after.x[i] <= end && !known.has(name)).length).toBeLessThanOrEqual(4);
      before = after;
    }
    expect(widened).toBeLessThanOrEqual(6);
  });

  it('of a range keeps its picture while the series grows into it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 100, maxLength: 500 }),
        fc.constantFrom(...CURVE_AXES),
        fc.integer({ min: 3, max: 20 }),
        fc.nat(400),
        (values, axis, buckets, more) => {
          const all = columns(values.map((one, i) => ({ step: i, timestamp: i, value: one })));
          const before = curveOf(sliced(all, 0, Math.max(values.length - more, 1)), axis, buckets, [0, 600]);
          if (before.exact) return;
          const after = curveOf(all, axis, buckets, [0, 600]);
          // The last part may have been cut by the end of the series.
          const full = namesOf(before).slice(0, -4);
          expect(namesOf(after).slice(0, full.length)).toEqual(full);
        },
      ),
    );
  });

  it('of a range whose ends are the widest of all is cut at all', () => {
    const curve = curveOf(columns(growing(5_000)), 'step', 1, [-Number.MAX_VALUE, Number.MAX_VALUE]);
    expect([curve.steps[0], curve.steps.at(-1)]).toEqual([0, 4_999]);
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
        expect(listOf(unpackChunks([packChunk(columns(given))]))).toEqual(given);
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
