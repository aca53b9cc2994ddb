import { HeldClaims } from '../src/training/held-claims.js';

const claim = (attempt: number) => ({ id: 'a', attempt, catalogue: 'wine-quality', input: {} });

it('lets go of the attempt that is meant, and of no later one', () => {
  const held = new HeldClaims();
  held.add([claim(1)], 0);
  held.add([claim(2)], 5);
  expect([held.get(claim(1)), held.get(claim(2))?.renewedAt, held.size]).toEqual([undefined, 5, 1]);
  expect([held.release(claim(1)), held.has('a')]).toEqual([false, true]);
  expect([held.release(claim(2)), held.release(claim(2)), held.has('a'), held.all()]).toEqual([true, false, false, []]);
});
