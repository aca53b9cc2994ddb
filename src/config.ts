import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { StartupError } from './errors.js';

const LOOPBACK_HOSTS = ['127.0.0.1', 'localhost', '::1'];
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const HOST_NAME = /^[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?(:\d{1,5})?$|^\[[0-9a-f:.]+\](:\d{1,5})?$/i;

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be a whole number from ${min} to ${max}`);

/** PostgreSQL's programs take a user without a host, as in `postgresql://ada@/cellar?host=/run`; a URL must have one. */
const withHost = (text: string) => text.replace(/^(postgres(?:ql)?:\/\/[^/?#]*@)(?=[/?#]|$)/, '$1localhost');
const parsed = (text: string) => URL.parse(withHost(text));

const urlOf = (protocols: string[]) =>
  z
    .string()
    .refine(
      (text) => protocols.includes(parsed(text)?.protocol ?? ''),
      `must be a URL that begins with ${protocols.map((name) => `${name}//`).join(' or ')}`,
    );

/**
 * What PostgreSQL's programs take from the environment is meant for them: our driver would take it as well, and
 * `PGSSLMODE=require` ask the embedded database for TLS. Passwords that are kept out of DATABASE_URL stay.
 */
const OF_LIBPQ = /^PG(?!PASSWORD$|PASSFILE$)/;

/** What may stand behind the ? of DATABASE_URL, in the words of PostgreSQL's own programs. */
const URL_PARAMETERS = ['host', 'port', 'user', 'password', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey'];
const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'];

/** What is no URL at all is refused as such. */
const has = (isRight: (url: URL) => boolean) => (text: string) => {
  const url = parsed(text);
  return !url || isRight(url);
};

/** Every variable that Cellar reads. `.env.example` documents each for people. */
const Environment = z.object({
  HOST: z.string().transform(plainHost).default('127.0.0.1'),
  PORT: wholeNumber(0, 65535).default(3000),
  DATABASE_URL: urlOf(['postgres:', 'postgresql:'])
    .refine(
      has(({ pathname }) => pathname.length > 1),
      'must name a database, as in postgresql://host/cellar',
    )
    .refine(
      has(({ pathname }) => !/["'\\]|%22|%27|%5c/i.test(pathname)),
      'must name a database without quotes and backslashes',
    )
    .refine(
      has(({ searchParams }) => [...searchParams.keys()].every((name) => URL_PARAMETERS.includes(name))),
      `may have no other parameters than ${URL_PARAMETERS.join(', ')}`,
    )
    .refine(
      has(({ searchParams }) => SSL_MODES.includes(searchParams.get('sslmode') ?? 'disable')),
      `must have an sslmode of ${SSL_MODES.join(', ')}, or none`,
    )
    .optional(),
  REDIS_URL: urlOf(['redis:', 'rediss:'])
    .refine(
      has(({ pathname }) => /^\/?\d*$/.test(pathname)),
      'must end with its host and port, or with the number of a database',
    )
    .refine(
      has(({ search, hash }) => !search && !hash),
      'must have no ? or # part',
    )
    .optional(),
  DATA_DIR: z
    .string()
    .default('.cellar')
    .transform((path) => resolve(path)),
  PURGE_AFTER_DAYS: wholeNumber(1, 36_500).optional(),
  WORKER_SLOTS: wholeNumber(1, 256).default(() => availableParallelism()),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  PUBLIC_URL: urlOf(['http:', 'https:'])
    .refine((text) => !/[?#]/.test(text), 'must have no ? or # part')
    .refine(
      has(({ pathname }) => /^\/*$/.test(pathname)),
      'must have no path: the pages are served at the root of a host',
    )
    .refine(
      has(({ username, password }) => !username && !password),
      'must have no user and password: everybody sees it',
    )
    .transform((text) => text.trim().replace(/\/+$/, ''))
    .optional(),
  ALLOWED_HOSTS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((name) => name.trim().toLowerCase())
        .filter(Boolean),
    )
    .refine(
      (names) => names.every((name) => HOST_NAME.test(name)),
      'must be host names, each with or without :port, separated by commas',
    ),
  ALLOW_INSECURE_BIND: z
    .enum(['yes', 'no'], 'must be yes or no')
    .default('no')
    .transform((text) => text === 'yes'),
});

/** The settings of this process: checked once, frozen, the same everywhere. */
export interface Config {
  readonly host: string;
  /** 0 asks the system for a free port. */
  readonly port: number;
  /** Absent = the embedded database under `dataDir`. */
  readonly databaseUrl?: string;
  /** Absent = the task table itself is the queue. */
  readonly redisUrl?: string;
  /** Absolute path. */
  readonly dataDir: string;
  /** Days that a deleted record waits in the bin; absent = for ever. */
  readonly purgeAfterDays?: number;
  readonly workerSlots: number;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** Without a slash at its end. */
  readonly publicUrl?: string;
  /** Lower case, each with or without a port. */
  readonly allowedHosts: readonly string[];
  readonly allowInsecureBind: boolean;
}

/** Injection token of {@link Config}. */
export const CONFIG = Symbol('config');

/** As the system takes an address: `[::1]` is how a URL writes it. */
function plainHost(text: string): string {
  return text.toLowerCase().replace(/^\[(.*)\]$/, '$1');
}

export function isLoopback(host: string): boolean {
  return LOOPBACK_HOSTS.includes(host) || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Checks an environment as a whole.
 * @throws StartupError that lists every fault, not only the first.
 */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const set = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = Environment.safeParse(set);
  const faults = parsed.success
    ? []
    : parsed.error.issues.map(
        (issue) => `${issue.path.join('.')} ${issue.message} (it is ${describe(issue.path[0], set)})`,
      );
  const host = plainHost(set.HOST ?? '127.0.0.1');
  if (!isLoopback(host) && set.ALLOW_INSECURE_BIND !== 'yes') {
    faults.push(
      `HOST ${host} would let others on the network in, and there is no login yet: use 127.0.0.1, or say ALLOW_INSECURE_BIND=yes`,
    );
  }
  if (!parsed.success || faults.length > 0) {
    throw new StartupError(
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n  - ${faults.join('\n  - ')}`,
      'Set these in the environment or in .env; .env.example explains each.',
    );
  }
  const values = parsed.data;
  return Object.freeze({
    host: values.HOST,
    port: values.PORT,
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL,
    dataDir: values.DATA_DIR,
    purgeAfterDays: values.PURGE_AFTER_DAYS,
    workerSlots: values.WORKER_SLOTS,
    logLevel: values.LOG_LEVEL,
    publicUrl: values.PUBLIC_URL,
    allowedHosts: values.ALLOWED_HOSTS,
    allowInsecureBind: values.ALLOW_INSECURE_BIND,
  });
}

/**
 * The only reader of `process.env`: takes `.env` of the working folder first, where real variables win over its lines.
 * @param overrides win over the environment; an empty text unsets
 * @param defaults for what neither sets
 */
export function loadConfig(overrides: Record<string, string> = {}, defaults: Record<string, string> = {}): Config {
  takeEnvFile('.env');
  for (const name of Object.keys(process.env)) if (OF_LIBPQ.test(name)) delete process.env[name];
  return readConfig({ ...defaults, ...process.env, ...overrides });
}

/** @throws StartupError where there is one that can not be read */
function takeEnvFile(path: string): void {
  if (!existsSync(path)) return;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new StartupError(
      `The file ${resolve(path)} can not be read: ${(cause as Error).message}`,
      'Let the user that runs Cellar read it, or remove it.',
      { cause },
    );
  }
  // Some editors of Windows begin it with a byte order mark, which would become part of the first name.
  for (const [name, value] of Object.entries(parseEnv(text.replace(/^\uFEFF/, '')))) process.env[name] ||= value;
}

/** A URL may carry a password, so only what stands before its host and user is repeated. */
function describe(name: PropertyKey | undefined, set: Record<string, string | undefined>): string {
  const value = set[String(name)] ?? '';
  return String(name).endsWith('_URL') ? `"${/^[a-z+.-]*:\/\//i.exec(value)?.[0] ?? ''}…"` : `"${value}"`;
}
