import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { Cohort } from '../src/database/cohort.js';
import { GroupCommit } from '../src/database/group-commit.js';

const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await turnOfTheLoop();
};

/** Lets the time go on while clients are at work: a millisecond every ten turns. */
async function runToEnd(clients: Promise<void>[]): Promise<void> {
  let running = true;
  const all = Promise.all(clients).finally(() => (running = false));
  while (running) {
    await turns(10);
    jest.advanceTimersByTime(1);
  }
  await all;
}

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
    await runToEnd([0, 1, 2, 3].map(client));
    expect(sizes.slice(10, 40)).toEqual(Array(30).fill(4));
  });

  it('neither waits for heavy items nor keeps them waiting', async () => {
    const isHeavy = (item: number) => item >= 100;
    const group = new GroupCommit(async (items: number[]) => items, 100, { isHeavy });
    await group.add(100);
    const light = group.add(1);
    await turnOfTheLoop();
    expect(jest.getTimerCount()).toBe(0);
    await light;
    const heavy = group.add(101);
    await turnOfTheLoop();
    expect(jest.getTimerCount()).toBe(0);
    expect(await heavy).toBe(101);
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
    const cohort = new Cohort();
    cohort.answers(1, writeMs);
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
    const cohort = new Cohort();
    const waited: number[] = [];
    for (let batch = 0; batch < 300; batch++) {
      cohort.answers(3, 1);
      if (cohort.waits) waited.push(batch);
      const gathered = cohort.gather();
      await turnOfTheLoop();
      jest.advanceTimersByTime(2);
      await gathered;
    }
    expect(waited).toEqual([0, 2, 6, 14, 30, 62, 126, 191, 256]);
  });

  it('stops waiting just as well where two batches wait for the same clients', async () => {
    const cohort = new Cohort();
    let waits = 0;
    for (let batch = 0; batch < 100; batch++) {
      cohort.answers(4, 1);
      if (cohort.waits) waits++;
      const gathered = [cohort.gather(), cohort.gather()];
      await turnOfTheLoop();
      jest.advanceTimersByTime(2);
      await Promise.all(gathered);
    }
    expect(waits).toBeLessThan(10);
  });

  it('waits each time where at least half of the missing come back', async () => {
    const cohort = new Cohort();
    for (let i = 0; i < 20; i++) {
      cohort.answers(4, 1);
      expect(cohort.waits).toBe(true);
      const gathered = cohort.gather();
      await turnOfTheLoop();
      cohort.arrived();
      cohort.arrived();
      jest.advanceTimersByTime(2);
      await gathered;
    }
  });

  it('goes at once when the last one comes, and expects no more than were answered', async () => {
    const cohort = new Cohort();
    for (let i = 0; i < 3; i++) cohort.arrived();
    cohort.answers(1, 1);
    const gathered = cohort.gather();
    await turnOfTheLoop();
    expect(jest.getTimerCount()).toBe(1);
    cohort.arrived();
    await gathered;
    expect(jest.getTimerCount()).toBe(0);
  });

  it('expects nobody any more who did not come back in time', async () => {
    const cohort = new Cohort();
    cohort.answers(4, 1);
    const late = cohort.gather();
    await turnOfTheLoop();
    for (let i = 0; i < 3; i++) cohort.arrived();
    jest.advanceTimersByTime(2);
    await late;
    cohort.answers(1, 1);
    const gathered = cohort.gather();
    cohort.arrived();
    await gathered;
    expect(jest.getTimerCount()).toBe(0);
  });

  it('keeps clients together that go from one group to another', async () => {
    const cohort = new Cohort();
    const sizes: number[] = [];
    const write = async (items: number[]) => {
      sizes.push(items.length);
      await turns(3);
      return items;
    };
    const groups = [new GroupCommit(write, 100, { cohort }), new GroupCommit(write, 100, { cohort })];
    const client = async (number: number) => {
      for (let i = 0; i < 50; i++) {
        await groups[i % 2].add(number);
        await turns((number + i) % 3);
      }
    };
    await runToEnd([0, 1, 2, 3].map(client));
    expect(sizes).toEqual(Array(50).fill(4));
  });

  it('lets a full batch go without waiting', async () => {
    const sizes: number[] = [];
    const group = new GroupCommit(async (items: number[]) => {
      sizes.push(items.length);
      return items;
    }, 2);
    const added = Promise.all([1, 2, 3, 4, 5, 6].map((item) => group.add(item)));
    // Whoever was answered comes back in no turn, only in time, and that stands still.
    await turns(20);
    expect(sizes).toEqual([2, 2, 2]);
    jest.runAllTimers();
    expect(await added).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
