import type { QueueOptions } from 'bull';

/** As many attempts in as many ms are usual where a Redis went away: three connections, three each. */
const USUAL_ATTEMPTS = 9;
const WINDOW_MS = 5_000;
const LONGEST_DELAY_MS = 20_000;

/** How to reach the Redis of a `redis:` or, with TLS, `rediss:` address. Bull's own reading of one forgets the TLS. */
export function redisOptions(address: string): NonNullable<QueueOptions['redis']> & object {
  const { protocol, hostname, port, username, password, pathname } = new URL(address);
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1') || '127.0.0.1',
    port: Number(port || 6379),
    // IPv4 and IPv6, whichever the name has.
    family: 0,
    username: decodeURIComponent(username) || undefined,
    password: decodeURIComponent(password) || undefined,
    db: Number(pathname.slice(1)),
    ...(protocol === 'rediss:' && { tls: {} }),
    retryStrategy: patience(),
  };
}

/**
 * How long to wait before the next attempt, in ms. A Redis that refuses the login has let us in before, so attempts begin to
 * count anew each time; without a limit on them there would be hundreds a second.
 */
export function patience(now = () => performance.now()): (attempt: number) => number {
  let recent: number[] = [];
  return (attempt) => {
    const time = now();
    recent = [...recent.filter((one) => one > time - WINDOW_MS), time];
    const delay = Math.min(Math.exp(attempt), LONGEST_DELAY_MS);
    return recent.length > USUAL_ATTEMPTS ? Math.max(delay, WINDOW_MS) : delay;
  };
}
