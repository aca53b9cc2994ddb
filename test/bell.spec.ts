import { jest } from '@jest/globals';
import { Bell } from '../src/training/bell.js';

describe('Bell', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('is heard by all who wait, and leaves no timer', async () => {
    const bell = new Bell();
    const heard = Promise.all([bell.heard(), bell.heard(100)]);
    bell.ring();
    await heard;
    expect(jest.getTimerCount()).toBe(0);
  });

  it('lets go after the limit', async () => {
    const heard = new Bell().heard(100);
    jest.advanceTimersByTime(100);
    await expect(heard).resolves.toBeUndefined();
  });

  it('rings for those only who wait already', async () => {
    const bell = new Bell();
    bell.ring();
    let late = false;
    void bell.heard().then(() => (late = true));
    await Promise.resolve();
    expect(late).toBe(false);
  });
});
