import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { Cohort } from '../src/database/cohort.js';
import { GroupCommit } from '../src/database/group-commit.js';

const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await turnOfTheLoop();
};

describe('Cohort', () => {
  // Turns of the event loop stay real.
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('keeps clients together that began apart and ask again once they are answered', async () => {
    const sizes: number[] = [];
    const group = new GroupCommit(async (items: number[]) => {
      sizes.push(items.length);
      await turns(3);
      return items;
    }, 100);
    const client = async (number: number) => {
      await turns(number);
      for (let i = 0; i < 50; i++) {
        await group.add(number);
        await turns((number + i) % 3);
      }
    };
    let running = true;
    const clients = Promise.all([0, 1, 2, 3].map(client)).finally(() => (running = false));
    while (running) {
      await turns(10);
      jest.advanceTimersByTime(1);
    }
    await clients;
    expect(sizes.slice(10, 40)).toEqual(Array(30).fill(4));
  });

  it('keeps nobody waiting who comes alone', async () => {
    const group = new GroupCommit(async (items: number[]) => items, 100);
    for (let i = 0; i < 50; i++) {
      const added = group.add(i);
      await turnOfTheLoop();
      expect(jest.getTimerCount()).toBe(0);
      await added;
    }
  });

  it('keeps nobody waiting who comes after a rest', async () => {
    const group = new GroupCommit(async (items: number[]) => items, 100);
    await Promise.all([1, 2, 3].map((item) => group.add(item)));
    jest.advanceTimersByTime(10);
    const added = group.add(4);
    await turnOfTheLoop();
    expect(jest.getTimerCount()).toBe(0);
    expect(await added).toBe(4);
  });

  it.each([
    [1, 2],
    [5, 5],
    [50, 10],
  ])('waits no longer than the batch before took, which was %d ms: %d ms', async (writeMs, longest) => {
    const cohort = new Cohort(() => 1);
    cohort.expect(2, writeMs);
    let gathered = false;
    void cohort.gather().then(() => (gathered = true));
    await turns(2);
    jest.advanceTimersByTime(longest - 1);
    await turns(2);
    expect(gathered).toBe(false);
    jest.advanceTimersByTime(1);
    await turns(2);
    expect(gathered).toBe(true);
  });

  it('stops waiting for clients that do not come back, and tries again now and then', async () => {
    const cohort = new Cohort(() => 1);
    const waited: number[] = [];
    for (let batch = 0; batch < 300; batch++) {
      cohort.expect(4, 1);
      if (cohort.waits) waited.push(batch);
      const gathered = cohort.gather();
      await turnOfTheLoop();
      jest.advanceTimersByTime(2);
      await gathered;
    }
    expect(waited).toEqual([0, 2, 6, 14, 30, 62, 126, 191, 256]);
  });

  it('waits each time where at least half of the missing come back', async () => {
    let here = 0;
    const cohort = new Cohort(() => here);
    for (let i = 0; i < 20; i++) {
      here = 2;
      cohort.expect(6, 1);
      expect(cohort.waits).toBe(true);
      const gathered = cohort.gather();
      await turnOfTheLoop();
      here = 4;
      cohort.arrived();
      jest.advanceTimersByTime(2);
      await gathered;
    }
  });

  it('goes at once when the last one comes', async () => {
    let here = 1;
    const cohort = new Cohort(() => here);
    cohort.expect(2, 1);
    const gathered = cohort.gather();
    await turnOfTheLoop();
    expect(jest.getTimerCount()).toBe(1);
    here = 2;
    cohort.arrived();
    await gathered;
    expect(jest.getTimerCount()).toBe(0);
  });
});
