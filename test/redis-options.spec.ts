import { patience, redisOptions } from '../src/tasks/queue/redis-options.js';

describe('the address of a Redis', () => {
  it.each([
    ['redis://localhost', { host: 'localhost', port: 6379, db: 0 }],
    ['redis://ada:p%40ss@[::1]:6380/3', { host: '::1', port: 6380, db: 3, username: 'ada', password: 'p@ss' }],
    ['redis://:secret@db', { host: 'db', password: 'secret' }],
    ['rediss://db:6390', { host: 'db', port: 6390, tls: {} }],
  ])('%s is read', (address, options) => {
    expect(redisOptions(address)).toMatchObject(options);
  });

  it('without TLS asks for none', () => {
    expect(redisOptions('redis://db')).not.toHaveProperty('tls');
  });
});

describe('the wait before another attempt', () => {
  it('is short where a Redis went away, and grows', () => {
    const wait = patience(() => 0);
    expect([1, 2, 3].map(wait)).toEqual([1, 2, 3].map(Math.exp));
    expect(patience(() => 0)(100)).toBe(20_000);
  });

  it('is long where a Redis lets us in and refuses us again and again, until it was quiet', () => {
    let time = 0;
    const wait = patience(() => time);
    const first = Array.from({ length: 12 }, () => wait(1));
    expect(first.slice(0, 9)).toEqual(Array(9).fill(Math.E));
    expect(first.slice(9)).toEqual(Array(3).fill(5_000));
    time = 5_001;
    expect(wait(1)).toBe(Math.E);
  });
});
