import { describe, expect, it } from '@jest/globals';
import { fromPlot, scaleOf, toPlot } from '../src/web/pages/run/plot-scale.js';
import { closer, zoomed } from '../src/web/pages/run/range.js';

describe('a closer look', () => {
  it.each([
    { about: 'what was chosen', shown: [0, 40], wanted: [5, 25], seen: [5, 25] },
    { about: 'both neighbours of a gap', shown: [0, 40], wanted: [12, 13], seen: [10, 20] },
    { about: 'both neighbours of a single point', shown: [0, 40], wanted: [19, 21], seen: [10, 30] },
    { about: 'the one neighbour of the first point', shown: [-5, 40], wanted: [-1, 1], seen: [-1, 10] },
    { about: 'nothing else where it would not be closer', shown: [10, 20], wanted: [12, 13], seen: [10, 20] },
    { about: 'nothing else beyond the points', shown: [0, 90], wanted: [60, 70], seen: [0, 90] },
  ] as const)('shows $about', ({ shown, wanted, seen }) => {
    expect(closer([...shown], [...wanted], [0, 10, 20, 30, 40])).toEqual(seen);
  });

  it('ends where all points have one place', () => {
    expect(closer([-1, 1], [-0.5, 0.5], [0, 0, 0])).toEqual([-1, 1]);
  });

  it.each([0, 9e15, 2 ** 62])('ends at two points from %d on, and never at an empty range', (first) => {
    const gap = first > 1e16 ? 1024 : 1;
    const points = [first, first + gap, first + 2 * gap, first + 3 * gap];
    let shown: [number, number] = [points[0], points[3]];
    for (let i = 0; i < 100; i++) shown = closer(shown, zoomed(shown, 0.5), points);
    expect(points.filter((x) => x >= shown[0] && x <= shown[1]).length).toBeGreaterThanOrEqual(2);
  });
});

describe('numbers that uPlot can not bear', () => {
  it.each([
    { low: 0, high: 2_000 },
    { low: 9e15, high: 9e15 + 2 },
    { low: 2 ** 62, high: 2 ** 62 + 1024 },
    { low: -(2 ** 63), high: 2 ** 63 },
    { low: -1.7e308, high: 1.7e308 },
  ])('are small where it draws them, from $low to $high', ({ low, high }) => {
    const scale = scaleOf([low, high]);
    for (const value of [low, high]) {
      expect(Math.abs(toPlot(scale, value))).toBeLessThanOrEqual(1e15);
      expect(fromPlot(scale, toPlot(scale, value))).toBe(value);
    }
  });
});
