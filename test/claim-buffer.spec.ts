import { jest } from '@jest/globals';
import fc from 'fast-check';
import type { Claim } from '../src/tasks/execution.repository.js';
import { ClaimBuffer } from '../src/training/claim-buffer.js';

const claims = (count: number, from = 0): Claim[] =>
  Array.from({ length: count }, (_, i) => ({ id: String(from + i), attempt: 1, catalogue: 'wine-quality', input: {} }));

/** A buffer that has seen tasks of this length. */
function bufferAfter(milliseconds: number, slots = 2): ClaimBuffer {
  const buffer = new ClaimBuffer(slots);
  buffer.observe(milliseconds);
  return buffer;
}

describe('ClaimBuffer', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('claims nothing ahead before it knows how long tasks take', () => {
    const buffer = new ClaimBuffer(4);
    expect(buffer.ahead).toBe(0);
    expect(buffer.low).toBe(false);
  });

  it.each([
    [1, 2 * 32],
    [5, 2 * 10],
    [26, 2],
    [50, 2],
    [51, 0],
    [60_000, 0],
  ])('claims 50 ms of work ahead for each of two slots: tasks of %d ms make it %d', (milliseconds, ahead) => {
    expect(bufferAfter(milliseconds).ahead).toBe(ahead);
  });

  it('never claims more than 32 a slot ahead, and more for shorter tasks only', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 64 }),
        fc.double({ min: 0.001, max: 1e6, noNaN: true }),
        fc.double({ min: 1, max: 1e3, noNaN: true }),
        (slots, milliseconds, factor) => {
          const { ahead } = bufferAfter(milliseconds, slots);
          expect(ahead).toBeLessThanOrEqual(32 * slots);
          expect(ahead % slots).toBe(0);
          expect(bufferAfter(milliseconds * factor, slots).ahead).toBeLessThanOrEqual(ahead);
        },
      ),
    );
  });

  it('forgets how short tasks were once they take long', () => {
    const buffer = bufferAfter(1);
    for (let i = 0; i < 20; i++) buffer.observe(1_000);
    expect(buffer.ahead).toBe(0);
  });

  it.each([
    ['several short ones', 2.5, 8, 4],
    ['fewer of those that take longer', 5, 8, 2],
    ['one that takes long', 11, 8, 1],
    ['no more than its share', 1, 3, 2],
    ['the last one', 1, 1, 1],
    ['nothing where there is nothing', 1, 0, 0],
  ])('gives a slot %s', (_, milliseconds, held, given) => {
    const buffer = bufferAfter(milliseconds);
    buffer.add(claims(held));
    expect(buffer.take()).toHaveLength(given);
    expect(buffer.size).toBe(held - given);
  });

  it('gives one at a time before it knows how long tasks take', () => {
    const buffer = new ClaimBuffer(2);
    buffer.add(claims(8));
    expect(buffer.take()).toHaveLength(1);
  });

  it('hands out claims in the order in which they came, and each once', () => {
    const steps = fc.array(fc.oneof(fc.constant('take' as const), fc.integer({ min: 1, max: 5 })));
    fc.assert(
      fc.property(steps, fc.constantFrom(1, 4, 1_000), (steps, milliseconds) => {
        const buffer = bufferAfter(milliseconds);
        let added = 0;
        const taken: string[] = [];
        for (const step of steps) {
          if (step === 'take') {
            const some = buffer.take().map(({ id }) => id);
            taken.push(...some);
            if (some.length === 0) expect(taken).toHaveLength(added);
          } else {
            buffer.add(claims(step, added));
            added += step;
          }
          expect(buffer.size).toBe(added - taken.length);
        }
        const all = [...taken, ...buffer.drain().map(({ id }) => id)];
        expect(all).toEqual(claims(added).map(({ id }) => id));
        expect(buffer.size).toBe(0);
      }),
    );
  });

  it('asks for more when there is less than one claim a slot', () => {
    const buffer = bufferAfter(1);
    buffer.add(claims(2));
    expect(buffer.low).toBe(false);
    buffer.take();
    expect(buffer.low).toBe(true);
  });

  it('gives everything back when no slot took anything for a second', () => {
    const buffer = bufferAfter(20);
    buffer.add(claims(3));
    jest.advanceTimersByTime(900);
    buffer.take();
    jest.advanceTimersByTime(1_000);
    expect(buffer.overdue()).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(buffer.overdue().map(({ id }) => id)).toEqual(['1', '2']);
    expect(buffer.size).toBe(0);
    expect(buffer.overdue()).toEqual([]);
  });

  it('counts the second from the moment when it was filled, not from when it was last empty', () => {
    const buffer = bufferAfter(1);
    jest.advanceTimersByTime(60_000);
    buffer.add(claims(1));
    expect(buffer.overdue()).toEqual([]);
    jest.advanceTimersByTime(1_001);
    expect(buffer.overdue()).toHaveLength(1);
  });
});
