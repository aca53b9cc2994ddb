import { setTimeout as sleep } from 'node:timers/promises';
import { Turns } from '../src/artifacts/turns.js';

describe('work that takes turns', () => {
  it('on one thing is done one after the other, on another at once', async () => {
    const turns = new Turns();
    const events: string[] = [];
    const work = (name: string, ms: number) =>
      turns.take(name[0], async () => {
        events.push(`${name} begins`);
        await sleep(ms);
        events.push(`${name} ends`);
      });
    await Promise.all([work('a1', 30), work('a2', 1), work('b1', 1)]);
    expect(events).toEqual(['a1 begins', 'b1 begins', 'b1 ends', 'a1 ends', 'a2 begins', 'a2 ends']);
  });

  it('goes on behind work that failed', async () => {
    const turns = new Turns();
    const failing = turns.take('a', () => Promise.reject(new Error('failed')));
    const next = turns.take('a', () => Promise.resolve('done'));
    await expect(failing).rejects.toThrow('failed');
    expect(await next).toBe('done');
  });
});
