import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, readConfig } from '../src/config.js';

function faultOf(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

it.each([
  ['PUBLIC_URL', 'https://example.org/cellar/', 'must have no path'],
  ['PUBLIC_URL', 'https://ada:secret@example.org', 'must have no user and password'],
  ['PUBLIC_URL', 'https://example.org/?a=1', 'must have no ? or # part'],
  ['PUBLIC_URL', 'ftp://example.org', 'must be a URL that begins with http:// or https://'],
  ['DATABASE_URL', 'postgres://ada@127.0.0.1:5432/', 'must name a database'],
  ['DATABASE_URL', 'postgres://ada@127.0.0.1:5432/?application_name=x', 'must name a database'],
  ['DATABASE_URL', 'postgres://ada@db/x?application_name=y', 'may have no other parameters than host, port,'],
  ['DATABASE_URL', 'postgres://ada@db/x?sslmode=prefer', 'must have an sslmode of disable, require,'],
  ['DATABASE_URL', 'mysql://ada@127.0.0.1/x', 'must be a URL that begins with postgres:// or postgresql://'],
  ['DATABASE_URL', "postgres://ada@db/o'hara", 'must name a database without quotes'],
  ['DATABASE_URL', 'postgres://ada@db/a%22b', 'must name a database without quotes'],
  ['REDIS_URL', 'redis://db?family=6', 'must have no ? or # part'],
  ['PUBLIC_URL', 'https://a.example/#', 'must have no ? or # part'],
  ['PUBLIC_URL', 'https://a.example/?', 'must have no ? or # part'],
  ['REDIS_URL', 'redis://127.0.0.1:6379/abc', 'or with the number of a database'],
  ['PORT', '65536', 'must be a whole number from 0 to 65535'],
  ['PURGE_AFTER_DAYS', '0', 'must be a whole number from 1 to 36500'],
])('refuses %s=%s and says why', (name, value, why) => {
  const fault = faultOf({ [name]: value });
  expect(fault).toMatch(new RegExp(`${name} (must|may)`));
  expect(fault).toContain(why);
  expect(fault).not.toContain('secret');
});

it.each([
  ['PUBLIC_URL', 'https://example.org/'],
  ['DATABASE_URL', 'postgresql:///cellar?host=/run/postgresql'],
  ['DATABASE_URL', 'postgresql://ada:secret@/cellar?host=/run/postgresql'],
  ['DATABASE_URL', 'postgres://ada:secret@[::1]:5432/cellar?sslmode=require'],
  ['REDIS_URL', 'redis://127.0.0.1:6379/5'],
  ['REDIS_URL', 'rediss://:secret@redis.example.org/'],
])('takes %s=%s', (name, value) => {
  expect(faultOf({ [name]: value })).toBe('');
});

it('tells all faults together', () => {
  expect(faultOf({ PORT: 'x', LOG_LEVEL: 'loud' })).toMatch(/has 2 faults:\n {2}- PORT .*\n {2}- LOG_LEVEL /);
});

it('repeats nothing of a URL that may be secret', () => {
  expect(faultOf({ REDIS_URL: 'redis://:pw@db/foo' })).toContain('(it is "redis://…")');
  expect(faultOf({ DATABASE_URL: 'mysql://root:pw@db/x' })).toContain('(it is "mysql://…")');
  expect(faultOf({ DATABASE_URL: 'root:pw@db/x' })).toContain('(it is "…")');
});

describe('the file .env', () => {
  const before = { folder: process.cwd(), name: process.env.ALLOWED_HOSTS };
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cellar-test-'));
    process.chdir(folder);
    delete process.env.ALLOWED_HOSTS;
  });

  afterEach(() => {
    process.chdir(before.folder);
    rmSync(folder, { recursive: true });
    if (before.name === undefined) delete process.env.ALLOWED_HOSTS;
    else process.env.ALLOWED_HOSTS = before.name;
  });

  it('is read, also where an editor began it with a byte order mark', () => {
    writeFileSync('.env', '\uFEFFALLOWED_HOSTS=cellar.lan\n');
    expect(loadConfig().allowedHosts).toEqual(['cellar.lan']);
  });

  it('gives way to real variables', () => {
    process.env.ALLOWED_HOSTS = 'real.lan';
    writeFileSync('.env', 'ALLOWED_HOSTS=cellar.lan\n');
    expect(loadConfig().allowedHosts).toEqual(['real.lan']);
  });

  it('counts where the real variable is empty', () => {
    process.env.ALLOWED_HOSTS = '';
    writeFileSync('.env', 'ALLOWED_HOSTS=cellar.lan\n');
    expect(loadConfig().allowedHosts).toEqual(['cellar.lan']);
  });

  it('is named where it can not be read', () => {
    mkdirSync('.env');
    expect(() => loadConfig()).toThrow(/\.env can not be read: EISDIR/);
  });
});

it('leaves what PostgreSQL itself reads from the environment to others, but for passwords', () => {
  const before = { ...process.env };
  try {
    Object.assign(process.env, { PGSSLMODE: 'require', PGOPTIONS: '-c foo=1', PGPASSWORD: 'secret' });
    loadConfig();
    expect([process.env.PGSSLMODE, process.env.PGOPTIONS, process.env.PGPASSWORD]).toEqual([
      undefined,
      undefined,
      'secret',
    ]);
  } finally {
    process.env = before;
  }
});

it.each([
  ['[::1]', '::1'],
  ['LOCALHOST', 'localhost'],
])('takes HOST %s for %s', (HOST, host) => {
  expect(readConfig({ HOST }).host).toBe(host);
});
