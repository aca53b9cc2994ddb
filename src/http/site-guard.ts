import { hostname, networkInterfaces } from 'node:os';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config.js';
import { AppError, type ErrorDetail } from '../errors.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const FOREIGN_SITES = new Set(['cross-site', 'same-site']);
const EVERY_ADDRESS = new Set(['0.0.0.0', '::']);
const MOST_REMEMBERED = 100;

/**
 * A browser lets any page on the web send requests to this machine. Two rules keep such pages out: the Host must be a name
 * that we are known by (against DNS rebinding), and nothing may be changed from another origin (against cross-site posts).
 */
export class SiteGuard {
  readonly #hosts: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;
  /** Hosts as clients wrote them that were found good: nearly every request names one of a few. */
  readonly #known = new Set<string>();

  constructor(config: Config) {
    this.#hosts = new Set([
      'localhost',
      '127.0.0.1',
      '[::1]',
      ...boundNames(config.host),
      ...config.allowedHosts,
      // Some proxies leave the port out.
      ...(config.publicUrl ? [new URL(config.publicUrl).hostname] : []),
    ]);
    this.#origins = new Set(config.publicUrl ? [new URL(config.publicUrl).origin] : []);
  }

  /** @throws AppError FORBIDDEN_HOST, FORBIDDEN_ORIGIN or REQUEST_REFUSED */
  check(request: FastifyRequest): void {
    const { host, origin } = request.headers;
    const hosts = hostHeaders(request);
    if (hosts !== 1) {
      throw refused({
        field: 'Host',
        reason: hosts === 0 ? 'is missing' : `is given ${hosts} times`,
        allowed: 'exactly one Host header',
      });
    }
    if (!request.raw.url?.startsWith('/')) {
      throw refused({ field: 'url', reason: 'is not a path', allowed: 'an address that begins with a slash' });
    }
    this.#checkHost(host ?? '');
    if (SAFE_METHODS.has(request.method)) return;
    const site = request.headers['sec-fetch-site'];
    if ((typeof site === 'string' && FOREIGN_SITES.has(site)) || (origin !== undefined && !this.#isOwn(origin, host))) {
      throw new AppError('FORBIDDEN_ORIGIN', undefined, {
        details: [
          { field: 'Origin', reason: 'is another site', allowed: 'the address of this server, or no Origin at all' },
        ],
      });
    }
  }

  #checkHost(host: string): void {
    if (this.#known.has(host)) return;
    const { name, port } = partsOf(host);
    if (port !== undefined && !isPort(port)) {
      throw foreign({ field: 'Host', reason: 'names a port that can not exist', allowed: 'a port from 1 to 65535' });
    }
    if (!this.#hosts.has(name) && !this.#hosts.has(`${name}:${port}`)) {
      throw foreign({
        field: 'Host',
        reason: 'is not a name of this server',
        allowed: 'a loopback name, the bound address, or one of ALLOWED_HOSTS',
      });
    }
    if (this.#known.size < MOST_REMEMBERED) this.#known.add(host);
  }

  #isOwn(origin: string, host: string | undefined): boolean {
    return origin === `http://${host}` || origin === `https://${host}` || this.#origins.has(origin);
  }
}

function refused(detail: ErrorDetail): AppError {
  return new AppError('REQUEST_REFUSED', undefined, { details: [detail] });
}

function foreign(detail: ErrorDetail): AppError {
  return new AppError('FORBIDDEN_HOST', undefined, { details: [detail] });
}

/** A Host in lower case, apart from its port if it names one; no name where it has another form. */
function partsOf(host: string): { name: string; port?: string } {
  const [, name, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(host.toLowerCase()) ?? [];
  return { name: name ?? '', port };
}

/** Links are built from the Host, and no client follows one to another port than these. */
function isPort(digits: string): boolean {
  return /^[1-9]\d{0,4}$/.test(digits) && Number(digits) <= 65_535;
}

/** Node keeps the first Host header silently; two of them may be read differently by a proxy in front. */
function hostHeaders(request: FastifyRequest): number {
  let count = 0;
  const { rawHeaders } = request.raw;
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i].length === 4 && rawHeaders[i].toLowerCase() === 'host') count++;
  return count;
}

function boundNames(host: string): string[] {
  if (!EVERY_ADDRESS.has(host)) return [bracketed(host)];
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return [hostname().toLowerCase(), ...addresses.map(({ address }) => bracketed(address))];
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host.toLowerCase();
}
