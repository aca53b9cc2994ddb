import { describe, expect, it } from '@jest/globals';
import { formatExactDuration } from '../src/web/format.js';
import { DURATION_INCREMENTS, lonePoints, numberLabels, timeLabels } from '../src/web/pages/run/ticks.js';

describe('the numbers beside a chart', () => {
  it.each([
    { ticks: [12_345_680, 12_345_685, 12_345_690], labels: ['12345680', '12345685', '12345690'] },
    { ticks: [1_500_000_000, 1_500_005_000], labels: ['1500000000', '1500005000'] },
    { ticks: [0.123456789, 0.123456791], labels: ['0.123456789', '0.123456791'] },
    { ticks: [0.1, 0.2, 0.30000000000000004], labels: ['0.1', '0.2', '0.3'] },
    { ticks: [-0.5, 0, 0.5], labels: ['-0.5', '0', '0.5'] },
    { ticks: [1e-7, 2e-7], labels: ['1e-7', '2e-7'] },
    { ticks: [-1.5e308, 0, 1.5e308], labels: ['-1.5e+308', '0', '1.5e+308'] },
    { ticks: [3.25], labels: ['3.25'] },
    { ticks: [0], labels: ['0'] },
    { ticks: [], labels: [] },
  ])('are told apart: $labels', ({ ticks, labels }) => {
    expect(numberLabels(ticks)).toEqual(labels);
  });
});

describe('times below a chart', () => {
  const HOUR_MS = 3_600_000;
  const lines = (labels: string[]) => labels.map((label) => label.split('\n').length);

  it('name the day at the first one, and where another begins', () => {
    const evening = new Date(2026, 10, 30, 22).getTime();
    const labels = timeLabels(
      [0, 1, 2, 3].map((hours) => evening + hours * HOUR_MS),
      HOUR_MS,
    );
    expect(lines(labels)).toEqual([2, 1, 2, 1]);
    expect(labels[0]).toMatch(/30/);
    expect(labels[2]).toMatch(/Dec|12/);
  });

  it('name the year below days, and nothing below months and years', () => {
    const days = [30, 31, 32].map((day) => new Date(2026, 11, day).getTime());
    expect(lines(timeLabels(days, 24 * HOUR_MS))).toEqual([2, 1, 2]);
    expect(lines(timeLabels([days[0]], 30 * 24 * HOUR_MS))).toEqual([1]);
    expect(timeLabels([days[0]], 365 * 24 * HOUR_MS)).toEqual(['2026']);
  });

  it('tell milliseconds apart', () => {
    const labels = timeLabels([0, 5, 10], 5);
    expect(new Set(labels).size).toBe(3);
  });
});

it('durations are divided as clocks do', () => {
  expect(DURATION_INCREMENTS).toEqual(expect.arrayContaining([1, 500, 15_000, 1_800_000, 21_600_000, 86_400_000]));
  expect(DURATION_INCREMENTS).toEqual([...new Set(DURATION_INCREMENTS)].sort((a, b) => a - b));
  expect(DURATION_INCREMENTS).not.toContain(1_000_000);
});

it.each([
  [0, '0 s'],
  [250, '250 ms'],
  [1_500, '1.5 s'],
  [60_000, '1 min'],
  [5_400_000, '1 h 30 min'],
  [99_960_000, '1 d 3 h 46 min'],
  [86_400_001, '1 d 0.001 s'],
  [-90_000, '-1 min 30 s'],
])('%d ms are %s exactly', (milliseconds, text) => {
  expect(formatExactDuration(milliseconds)).toBe(text);
});

it.each([
  { about: 'none on a line', x: [0, 1, 2], y: [1, 2, 3], lone: [] },
  { about: 'a point between gaps', x: [0, 1, 2, 3, 4], y: [1, null, 2, null, 3], lone: [0, 2, 4] },
  { about: 'none where two stand beside each other', x: [0, 1, 2, 3], y: [1, 2, null, 3], lone: [3] },
  { about: 'all that share a place', x: [5, 5, 5], y: [1, 1, 1], lone: [0, 1, 2] },
  { about: 'none on an upright line', x: [5, 5], y: [1, 2], lone: [] },
  { about: 'the only one', x: [5], y: [0], lone: [0] },
])('stands alone: $about', ({ x, y, lone }) => {
  expect(lonePoints(x, y)).toEqual(lone);
});
