import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { ApiClient } from './api-client.js';
import { CellarProcess } from './cellar-process.js';
import { Installation } from './installation.js';
import { TcpProxy } from './tcp-proxy.js';

/** A server that Cellar did not start, reached by DATABASE_URL. */
let server: Installation;
const processes: CellarProcess[] = [];

beforeAll(async () => {
  server = await Installation.create('postgres');
});

afterEach(async () => {
  await Promise.all(processes.splice(0).map((one) => one.stop()));
});

afterAll(() => server?.remove());

const urlOf = (database: string, more: Record<string, string> = {}) => {
  const { host, user, password } = server.address;
  return `postgresql:///${database}?${new URLSearchParams({ host, user, password, ...more }).toString()}`;
};

const environment = (url: string) => ({ DATABASE_URL: url, DATA_DIR: join(server.folder.root, 'files') });

async function start(program: 'main' | 'worker', url: string, ...args: string[]): Promise<CellarProcess> {
  const started = await CellarProcess.start(program, environment(url), args);
  processes.push(started);
  return started;
}

/** What a failing start says. */
async function refusal(url: string): Promise<string> {
  const started = CellarProcess.spawn('main', environment(url));
  expect(await started.exitCode()).toBe(1);
  return started.output;
}

async function tables(database: string): Promise<number> {
  const client = new Client({ ...server.address, database });
  await client.connect();
  const { rows } = await client.query(`SELECT count(*)::int AS count FROM pg_tables WHERE schemaname = 'public'`);
  await client.end();
  return rows[0].count;
}

it('is made where it is missing, also by two who start at once, and no other one is touched', async () => {
  const url = urlOf('made_by_two');
  const [main] = await Promise.all([start('main', url, '--api-only'), start('worker', url), start('worker', url)]);
  const api = new ApiClient(main.url);
  expect((await api.ended(await api.submit({}))).status).toBe('SUCCESS');
  expect(await tables('postgres')).toBe(0);
});

it('is made where its server comes later', async () => {
  const { host, port, user, password } = server.address;
  const line = await TcpProxy.to(`${host}/.s.PGSQL.${port}`);
  await line.close();
  const url = `postgresql://${user}:${password}@127.0.0.1:${line.port}/made_late`;
  try {
    const starting = start('main', url, '--api-only');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await line.open();
    await starting;
    expect(await tables('made_late')).toBeGreaterThan(10);
  } finally {
    await Promise.all(processes.splice(0).map((one) => one.stop()));
    await line.close();
  }
});

it('has to be made by somebody else where its role may not', async () => {
  await server.query(`CREATE ROLE guest LOGIN PASSWORD '${server.address.password}'`);
  await server.query('CREATE DATABASE closed');
  expect(await refusal(urlOf('nowhere', { user: 'guest' }))).toMatch(
    /can not be made: permission denied[\s\S]*CREATE DATABASE/,
  );
  expect(await refusal(urlOf('closed', { user: 'guest' }))).toMatch(
    /permission denied for schema public[\s\S]*GRANT CREATE/,
  );
  expect([await tables('postgres'), await tables('closed')]).toEqual([0, 0]);
});

it('has to store UTF8', async () => {
  await server.query("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
  expect(await refusal(urlOf('latin'))).toMatch(/stores text as LATIN1[\s\S]*ENCODING 'UTF8'/);
  expect(await tables('latin')).toBe(0);
});

it('has to take writes', async () => {
  await (await start('main', urlOf('read_only'), '--api-only')).stop();
  await server.query('ALTER DATABASE read_only SET default_transaction_read_only = on');
  expect(await refusal(urlOf('read_only'))).toMatch(/takes no writes[\s\S]*primary server/);
  await server.query('ALTER DATABASE read_only RESET default_transaction_read_only');
  await server.query(`CREATE ROLE reader LOGIN PASSWORD '${server.address.password}' IN ROLE pg_read_all_data`);
  expect(await refusal(urlOf('read_only', { user: 'reader' }))).toMatch(/does not let its role write[\s\S]*GRANT/);
});

it('is never reached without the encryption that was asked for', async () => {
  expect(await refusal(urlOf('cellar', { sslmode: 'require' }))).toMatch(/does not support SSL/);
});

it('says at once who is not let in', async () => {
  const begun = performance.now();
  expect(await refusal(urlOf('cellar', { user: 'stranger' }))).toMatch(
    /refuses to work: .*stranger[\s\S]*Check DATABASE_URL/,
  );
  expect(performance.now() - begun).toBeLessThan(10_000);
});

it('does not hide that the folder of the files is gone', async () => {
  const main = await start('main', urlOf('cellar'), '--api-only');
  const { DATA_DIR } = environment('');
  rmSync(DATA_DIR, { recursive: true });
  const { status, body } = await new ApiClient(main.url).get<{ error: Record<string, { message: string }> }>('/health');
  expect([status, body.error.disk?.message]).toEqual([503, expect.stringMatching(/is not there/)]);
  expect(existsSync(DATA_DIR)).toBe(false);
});

it('may sort in the order of a language, and still nobody waits for one who waits for him', async () => {
  await server.query("CREATE DATABASE linguistic TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'");
  const api = new ApiClient((await start('main', urlOf('linguistic'), '--api-only')).url);
  // What a language sorts as a0, B1, c2, … code points sort with the capitals first.
  const tags = Object.fromEntries(['a0', 'B1', 'c2', 'D3', 'e4', 'F5'].map((key) => [key, 'x']));
  const statuses = new Set<number>();
  const client = async () => {
    for (let i = 0; i < 60; i++) {
      const created = await api.post<{ run_id: string }>('/api/v1/runs', { experiment_id: 0, tags });
      const purged = await api.post('/api/v1/runs/bulk', { run_ids: [created.body.run_id], action: 'purge' });
      statuses.add(created.status).add(purged.status);
    }
  };
  await Promise.all(Array.from({ length: 6 }, client));
  expect(statuses).toEqual(new Set([200, 201]));
  const deadlocks = await server.query("SELECT deadlocks::int FROM pg_stat_database WHERE datname = 'linguistic'");
  expect(deadlocks).toEqual([{ deadlocks: 0 }]);
}, 60_000);
