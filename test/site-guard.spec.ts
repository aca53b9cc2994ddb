import type { FastifyRequest } from 'fastify';
import { readConfig } from '../src/config.js';
import { AppError } from '../src/errors.js';
import { SiteGuard } from '../src/http/site-guard.js';

const guard = new SiteGuard(
  readConfig({ PUBLIC_URL: 'https://ml.example.org:8443', ALLOWED_HOSTS: 'cellar.lan,other.lan:8080' }),
);

/** @returns the code of the refusal, if it is refused */
function refusalOf(method: string, headers: Record<string, string>): string | undefined {
  const rawHeaders = Object.entries(headers).flat();
  try {
    guard.check({ method, headers, raw: { url: '/', rawHeaders } } as unknown as FastifyRequest);
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

describe('a server with names of its own', () => {
  it.each([
    'localhost:3000',
    '127.0.0.1',
    '[::1]:3000',
    'cellar.lan',
    'CELLAR.lan:9000',
    'other.lan:8080',
    'ml.example.org:8443',
    'ml.example.org',
  ])('answers as %s', (host) => {
    expect(refusalOf('GET', { host })).toBeUndefined();
  });

  it.each(['other.lan', 'other.lan:80', 'example.org', 'evil.example', 'ml.example.org.evil.example'])(
    'does not answer as %s',
    (host) => {
      expect(refusalOf('GET', { host })).toBe('FORBIDDEN_HOST');
    },
  );

  it('is changed from its own pages only', () => {
    const host = 'ml.example.org';
    expect(refusalOf('POST', { host, origin: 'https://ml.example.org:8443' })).toBeUndefined();
    expect(refusalOf('POST', { host })).toBeUndefined();
    for (const origin of ['https://evil.example', 'https://ml.example.org:9443', 'null']) {
      expect([origin, refusalOf('POST', { host, origin })]).toEqual([origin, 'FORBIDDEN_ORIGIN']);
      expect(refusalOf('GET', { host, origin })).toBeUndefined();
    }
  });
});
