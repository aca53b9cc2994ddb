import { EventEmitter } from 'node:events';
import { jest } from '@jest/globals';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BYTES_PER_WINDOW, limitBodyTime, RATE_WINDOW_MS, requireRate } from '../src/http/transfer-clock.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe('the minimum rate', () => {
  let moved: number;
  let destroyed: number;
  const socket = {
    destroy: () => {
      destroyed++;
      return socket as never;
    },
  };
  beforeEach(() => {
    moved = 1_000_000;
    destroyed = 0;
  });

  it('lets a transfer go on for hours while it moves', () => {
    requireRate(
      () => moved,
      () => true,
      socket,
    );
    for (let i = 0; i < 500; i++) {
      moved += BYTES_PER_WINDOW;
      jest.advanceTimersByTime(RATE_WINDOW_MS);
    }
    expect(destroyed).toBe(0);
  });

  it('cuts one that trickles', () => {
    requireRate(
      () => moved,
      () => true,
      socket,
    );
    moved += BYTES_PER_WINDOW - 1;
    jest.advanceTimersByTime(RATE_WINDOW_MS);
    expect(destroyed).toBe(1);
  });

  it('cuts none that waits for us, nor one that is over', () => {
    const stop = requireRate(
      () => moved,
      () => false,
      socket,
    );
    jest.advanceTimersByTime(10 * RATE_WINDOW_MS);
    stop();
    requireRate(
      () => moved,
      () => true,
      socket,
    )();
    jest.advanceTimersByTime(10 * RATE_WINDOW_MS);
    expect(destroyed).toBe(0);
  });
});

describe('an ordinary body', () => {
  const timeoutsOf = (headers: Record<string, string>, isExempt: boolean, after: (raw: EventEmitter) => void) => {
    const server = new EventEmitter();
    const codes: string[] = [];
    server.on('clientError', (error: NodeJS.ErrnoException) => codes.push(String(error.code)));
    let hook: (request: FastifyRequest, reply: unknown, done: () => void) => void = () => undefined;
    const fastify = { server, addHook: (_: string, added: typeof hook) => (hook = added) };
    limitBodyTime(fastify as unknown as FastifyInstance, () => isExempt);
    const raw = Object.assign(new EventEmitter(), { socket: {} });
    let passed = 0;
    hook({ headers, raw } as unknown as FastifyRequest, {}, () => passed++);
    expect(passed).toBe(1);
    after(raw);
    return codes;
  };

  it.each<Record<string, string>>([{ 'content-length': '10' }, { 'transfer-encoding': 'chunked' }])(
    'of %j must be there within 60 s',
    (headers) => {
      const codes = timeoutsOf(headers, false, () => jest.advanceTimersByTime(60_000));
      expect(codes).toEqual(['ERR_HTTP_REQUEST_TIMEOUT']);
    },
  );

  it('that arrived, is none, or belongs to a streamed route has no such limit', () => {
    const wait = () => jest.advanceTimersByTime(600_000);
    const arrived = (raw: EventEmitter) => {
      raw.emit('end');
      wait();
    };
    expect(timeoutsOf({ 'content-length': '10' }, false, arrived)).toEqual([]);
    expect(timeoutsOf({}, false, wait)).toEqual([]);
    expect(timeoutsOf({ 'content-length': '0' }, false, wait)).toEqual([]);
    expect(timeoutsOf({ 'content-length': '10' }, true, wait)).toEqual([]);
  });
});
