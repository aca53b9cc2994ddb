import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { parse } from 'yaml';
import { readConfig } from '../src/config.js';
import { wineQualityRed } from '../src/training/datasets/winequality-red.js';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const VARIABLES = [...read('src/config.ts').matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name]) => name).sort();
const PACKAGE: { scripts: Record<string, string>; devDependencies: Record<string, string> } = JSON.parse(
  read('package.json'),
);

describe('.env.example', () => {
  const example = read('.env.example');
  const uncommented = parseEnv(example.replace(/^# (?=[A-Z][A-Z_]+=)/gm, ''));

  it('names exactly the variables of src/config.ts', () => {
    expect(VARIABLES).toHaveLength(11);
    expect(Object.keys(uncommented).sort()).toEqual(VARIABLES);
  });

  it('changes nothing as it is', () => {
    expect(parseEnv(example)).toEqual({});
    expect(readConfig(parseEnv(example))).toEqual(readConfig({}));
  });

  it('shows values that are taken', () => {
    expect(readConfig(uncommented)).toMatchObject({ allowInsecureBind: true, workerSlots: 4 });
  });

  it('tells every default', () => {
    const { host, port, logLevel } = readConfig({});
    for (const value of [host, String(port), logLevel, '.cellar']) expect(example).toContain(`Default: ${value}`);
  });
});

interface Service {
  image: string;
  build?: string;
  user?: string;
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  networks?: string[];
  volumes?: string[];
  healthcheck?: { test?: string[]; disable?: boolean };
  depends_on?: Record<string, { condition: string }>;
  deploy?: { replicas: number };
  [key: string]: unknown;
}

describe('docker-compose.yml', () => {
  const file: {
    services: Record<string, Service>;
    volumes: Record<string, unknown>;
    networks: Record<string, { internal?: boolean } | null>;
  } = parse(read('docker-compose.yml'), { merge: true });
  const services = Object.entries(file.services);
  const ours = services.filter(([, { build }]) => build !== undefined);
  const { postgres, redis, migrate, api, worker } = file.services;

  it('has one database, one Redis, one migration, one API and two workers', () => {
    expect(Object.keys(file.services)).toEqual(['postgres', 'redis', 'migrate', 'api', 'worker']);
    expect(postgres.image).toMatch(/^postgres:1[5-9]$/);
    expect(redis.image).toMatch(/^redis:7$/);
    expect(ours.map(([name]) => name)).toEqual(['migrate', 'api', 'worker']);
    expect(worker.deploy?.replicas).toBe(2);
  });

  it.each(ours)('%s runs a program of ours with arguments that it knows', (_, { command }) => {
    const [node, program, argument] = command ?? [];
    expect(node).toBe('node');
    const source = `src/${/^dist\/(\w+)\.js$/.exec(program)?.[1]}.ts`;
    expect(existsSync(join(ROOT, source))).toBe(true);
    if (argument?.startsWith('--')) expect(read(source)).toContain(`.option('${argument}'`);
    else if (argument) expect(read(source)).toContain(`.command('${argument}')`);
  });

  it.each(ours)('%s is configured with variables and values that Cellar takes', (_, { environment = {} }) => {
    expect(VARIABLES).toEqual(expect.arrayContaining(Object.keys(environment)));
    const config = readConfig(interpolated(environment, { POSTGRES_PASSWORD: 'abc123', ALLOWED_HOSTS: 'cellar.lan' }));
    expect(new URL(config.databaseUrl ?? '')).toMatchObject({
      hostname: 'postgres',
      username: postgres.environment?.POSTGRES_USER,
      password: 'abc123',
      pathname: `/${postgres.environment?.POSTGRES_DB}`,
    });
    expect(config.redisUrl).toBe('redis://redis:6379');
  });

  it('starts nowhere without a password', () => {
    for (const { environment = {} } of [postgres, migrate, api, worker])
      expect(() => interpolated(environment, {})).toThrow('set it in .env');
  });

  it('starts what writes the schema first, and everything after what it needs', () => {
    expect(conditionsOf(migrate)).toEqual({ postgres: 'service_healthy' });
    for (const service of [api, worker]) {
      expect(conditionsOf(service)).toEqual({
        migrate: 'service_completed_successfully',
        postgres: 'service_healthy',
        redis: 'service_healthy',
      });
    }
    expect(migrate.restart).toBe('no');
  });

  it('is reached by this machine only, and keeps database and queue to itself', () => {
    expect(services.filter(([, { ports }]) => ports).map(([name]) => name)).toEqual(['api']);
    for (const port of api.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    const config = readConfig(interpolated(api.environment ?? {}, { POSTGRES_PASSWORD: 'abc123' }));
    expect(config).toMatchObject({ host: '0.0.0.0', allowInsecureBind: true });
    expect(api.ports?.map((port) => port.split(':').at(-1))).toEqual([String(config.port)]);
    expect(file.networks.inside?.internal).toBe(true);
    for (const [name, { networks }] of services)
      expect(networks).toEqual(name === 'api' ? ['inside', 'outside'] : ['inside']);
  });

  it.each(services)('%s is neither root nor able to become it, and writes to volumes only', (_, service) => {
    expect(service.build ? dockerfile.at(-1)?.USER : service.user).toMatch(/^(node|postgres|redis)$/);
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(service).not.toHaveProperty('privileged');
    for (const volume of service.volumes ?? []) expect(Object.keys(file.volumes)).toContain(volume.split(':')[0]);
  });

  it('keeps the keys of the queue, and its workers until a task has ended', () => {
    expect(redis.command?.join(' ')).toContain('--maxmemory-policy noeviction');
    expect(redis.command?.join(' ')).toContain('--appendonly yes');
    expect(Number.parseInt(String(worker.stop_grace_period), 10)).toBeGreaterThan(25);
  });

  it('asks everything that runs on how it is', () => {
    expect(migrate.healthcheck?.disable).toBe(true);
    expect(dockerfile.at(-1)?.HEALTHCHECK).toContain('/health/ready');
    for (const { healthcheck } of [postgres, redis, worker]) expect(healthcheck?.test?.[0]).toMatch(/^CMD/);
    const initial = read('src/database/migrations/Migration20261124132612_initial.ts');
    expect(initial).toMatch(/create table "worker" \(.*"host".*"heartbeat_at"/);
  });
});

/** As Compose fills in `${NAME:-default}` and `${NAME:?message}`. */
function interpolated(environment: Record<string, string>, values: Record<string, string>): Record<string, string> {
  const fill = (text: string) =>
    text.replace(/\$\{(\w+):([-?])([^}]*)\}/g, (_, name: string, kind: string, rest: string) => {
      if (values[name]) return values[name];
      if (kind === '?') throw new Error(rest);
      return rest;
    });
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, fill(value)]));
}

function conditionsOf({ depends_on = {} }: Service): Record<string, string> {
  return Object.fromEntries(Object.entries(depends_on).map(([name, { condition }]) => [name, condition]));
}

/** One stage: its instructions, those that come more than once a line each. */
type Stage = Record<string, string>;

const dockerfile = stagesOf(read('Dockerfile'));

function stagesOf(text: string): Stage[] {
  const stages: Stage[] = [{}];
  const lines = text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n');
  for (const line of lines.filter(Boolean)) {
    const [, instruction, rest] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    if (instruction === 'FROM') stages.push({});
    const stage = stages[stages.length - 1];
    stage[instruction] = instruction in stage ? `${stage[instruction]}\n${rest}` : rest;
  }
  return stages;
}

describe('Dockerfile', () => {
  const [before, build, image] = dockerfile;

  it('builds in one stage and runs in another, on one base with glibc and the Node of package.json', () => {
    expect(dockerfile).toHaveLength(3);
    expect(before.ARG).toMatch(/^NODE_IMAGE=node:24-\w+-slim$/);
    expect(build.FROM).toMatch(/^\$\{NODE_IMAGE\} AS build$/);
    expect(image.FROM).toMatch(/^\$\{NODE_IMAGE\}$/);
  });

  it('takes what builds into the first stage only', () => {
    expect(build.RUN).toMatch(/npm ci\nnpm run build$/);
    expect(image.RUN).toContain('npm ci --omit=dev');
    expect(image.RUN).not.toContain('npm run');
    expect(image.COPY.split('\n')).toEqual([
      'package.json package-lock.json .npmrc ./',
      'data data',
      '--from=build /app/dist dist',
    ]);
  });

  it('leaves no cache of npm behind', () => {
    for (const line of [build.RUN, image.RUN].join('\n').split('\n'))
      if (line.includes('npm ci')) expect(line).toMatch(/^--mount=type=cache,target=\/root\/\.npm /);
  });

  it('does not run as root, keeps its data in a volume and starts a program of ours', () => {
    expect(image.USER).toBe('node');
    expect(image.ENV).toContain(`DATA_DIR=${image.VOLUME}`);
    expect(JSON.parse(image.CMD)).toEqual(['node', 'dist/main.js']);
  });

  it('opens itself to no network by itself', () => {
    expect(image.ENV).not.toMatch(/HOST|ALLOW_INSECURE_BIND/);
    expect(readConfig(parseEnv(image.ENV.replaceAll(' ', '\n')))).toMatchObject({
      host: '127.0.0.1',
      dataDir: '/data',
    });
  });

  it('gets no more than it names', () => {
    const [first, ...rest] = read('.dockerignore')
      .replace(/^#.*\n/gm, '')
      .trim()
      .split('\n');
    expect(first).toBe('*');
    for (const line of rest) expect(existsSync(join(ROOT, line.replace(/^!/, '')))).toBe(true);
    for (const secret of ['.env', '.git', 'node_modules', '.cellar', 'dist']) expect(rest).not.toContain(`!${secret}`);
  });

  it.each([
    [200, 0],
    [503, 1],
    [undefined, 1],
  ])('is healthy or not: an answer of %s makes its check end with %d', async (status, code) => {
    const asked: string[] = [];
    const server = createServer(({ url = '' }, response) => {
      asked.push(url);
      response.writeHead(status ?? 500).end();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    if (status === undefined) server.close();
    const [, command] = /CMD (\[.*\])$/.exec(image.HEALTHCHECK) ?? [];
    const [, ...args] = JSON.parse(command) as string[];
    const [exitCode] = await once(spawn(process.execPath, args, { env: { PORT: String(port) } }), 'exit');
    server.close();
    expect(exitCode).toBe(code);
    expect(asked).toEqual(status === undefined ? [] : ['/health/ready']);
  });
});

describe('README.md', () => {
  const readme = read('README.md');

  it('names only scripts that exist', () => {
    const named = [...readme.matchAll(/(?:^|`|&& )npm (?:run )?(?!ci\b)([a-z][\w:]*)/gm)].map(([, name]) => name);
    expect(named).toEqual(expect.arrayContaining(['demo', 'test', 'start']));
    for (const name of named) expect(PACKAGE.scripts).toHaveProperty([name]);
  });

  it('explains every variable', () => {
    const [, table] = /^## Configuration$([\s\S]*?)^## /m.exec(readme) ?? [];
    expect([...table.matchAll(/^\| `([A-Z_]+)` +\|/gm)].map(([, name]) => name).sort()).toEqual(VARIABLES);
  });

  it('shows routes that exist', () => {
    const document: { paths: Record<string, unknown> } = JSON.parse(read('openapi.json'));
    const known = Object.keys(document.paths).map((path) => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`));
    const shown = [...readme.matchAll(/localhost:3000(\/[\w/$.-]*)/g)].map(([, path]) => path.replace(/(?<=.)\/$/, ''));
    expect(shown.length).toBeGreaterThan(5);
    for (const path of shown.filter((path) => !/^\/(docs.*)?$/.test(path)))
      expect([path, known.some((route) => route.test(path))]).toEqual([path, true]);
  });

  it('links only to what is there', () => {
    const links = [...readme.matchAll(/(?<!!)\[[^\]]*\]\(([^)#]+)\)/g)].map(([, target]) => target);
    expect(links.length).toBeGreaterThan(0);
    for (const target of links.filter((target) => !target.startsWith('https:')))
      expect([target, existsSync(join(ROOT, target))]).toEqual([target, true]);
  });
});

describe('data/', () => {
  const readme = read('data/README.md');

  it('holds the data set that its README describes', () => {
    const sha256 = createHash('sha256')
      .update(readFileSync(join(ROOT, 'data/winequality-red.csv')))
      .digest('hex');
    expect(sha256).toBe('38cb54f15a085ae1cb8595ea3d9ec9e9ce0482d907e7c370d4bf40db6158edc8');
    expect(readme).toContain(sha256);
  });

  it('explains every column, in order', () => {
    const [, table] = /^\| column +\|.*\n.*\n([\s\S]*)/m.exec(readme) ?? [];
    const columns = [...table.matchAll(/^\| ([^|]+?) +\|/gm)].map(([, name]) => name);
    expect(columns).toEqual(wineQualityRed.columns);
  });
});
