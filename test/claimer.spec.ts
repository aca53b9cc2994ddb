import { jest } from '@jest/globals';
import { Claimer } from '../src/training/claimer.js';

describe('a worker of two slots', () => {
  let found: number;
  let claims: number;
  let claimer: Claimer;

  beforeEach(() => {
    jest.useFakeTimers();
    claims = 0;
    claimer = new Claimer(async () => {
      claims++;
      return { limit: 10, claimed: found };
    }, 2);
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it.each([
    ['found nothing', 0],
    ['brought no more than a task for each slot', 2],
    ['brought all that was asked for', 10],
  ])('claims again at once after a claim that %s', async (_, claimed) => {
    found = claimed;
    await claimer.claimMore();
    await claimer.claimMore();
    expect(claims).toBe(2);
  });

  it('lets some more come together after a claim that brought several', async () => {
    found = 3;
    await claimer.claimMore();
    const next = claimer.claimMore();
    await jest.advanceTimersByTimeAsync(19);
    expect(claims).toBe(1);
    await jest.advanceTimersByTimeAsync(1);
    await next;
    expect(claims).toBe(2);
    // After a rest nothing is left to wait for.
    found = 0;
    await jest.advanceTimersByTimeAsync(1_000);
    await claimer.claimMore();
    expect(claims).toBe(3);
  });

  it('makes one claim for all who ask meanwhile', async () => {
    found = 1;
    claimer.claimAhead();
    const slots = [claimer.claimMore(), claimer.claimMore()];
    expect(claimer.waiting).toBe(2);
    await Promise.all(slots);
    expect([claims, claimer.waiting]).toEqual([1, 0]);
  });

  it('claims nothing any more once it is stopped, also where a claim was due', async () => {
    found = 3;
    await claimer.claimMore();
    const due = claimer.claimMore();
    const stopped = claimer.stop();
    await jest.advanceTimersByTimeAsync(20);
    await Promise.all([due, stopped, claimer.claimMore()]);
    expect(claims).toBe(1);
  });
});
