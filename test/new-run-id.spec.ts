import { validate, version } from 'uuid';
import { newRunId } from '../src/runs/new-run-id.js';

it('gives out ids of version 7, each behind the one before and no two alike', () => {
  const ids = Array.from({ length: 20_000 }, newRunId);
  expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
  expect(ids).toEqual(ids.toSorted());
  expect(new Set(ids).size).toBe(ids.length);
  // The random part, which no two share either.
  expect(new Set(ids.map((id) => id.slice(-12))).size).toBe(ids.length);
});
