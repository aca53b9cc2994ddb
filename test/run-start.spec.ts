import { startOf } from '../src/web/run-start.js';

describe('when a run began', () => {
  it('is what its client told', () => {
    expect(startOf({ start_time: '2026-11-24T12:00:00.000Z' })).toBe('2026-11-24T12:00:00.000Z');
    expect(startOf({ start_time: '1969-07-20T20:17:00.000Z' })).toBe('1969-07-20T20:17:00.000Z');
  });

  it('is nothing where no client told it, or it has not', () => {
    expect(startOf({ start_time: '1970-01-01T00:00:00.000Z' })).toBeUndefined();
    expect(startOf({ start_time: null })).toBeUndefined();
  });
});
