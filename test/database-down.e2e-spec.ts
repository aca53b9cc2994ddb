import { type EmbeddedDatabase, openEmbeddedDatabase } from '../src/database/embedded-postgres.js';
import { ApiClient, type ErrorAnswer } from './api-client.js';
import { CellarProcess, temporaryFolder } from './cellar-process.js';
import { TcpProxy } from './tcp-proxy.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let database: EmbeddedDatabase;
let line: TcpProxy;
let cellar: CellarProcess;
let api: ApiClient;

beforeAll(async () => {
  folder = await temporaryFolder();
  database = await openEmbeddedDatabase({ dataDir: folder.path, log: () => undefined, durable: false });
  const { host, port, user, password, database: name } = database.address;
  line = await TcpProxy.to(`${host}/.s.PGSQL.${port}`);
  cellar = await CellarProcess.start('main', {
    DATABASE_URL: `postgresql://${user}:${password}@127.0.0.1:${line.port}/${name}`,
    DATA_DIR: folder.path,
  });
  api = new ApiClient(cellar.url);
});

afterAll(async () => {
  await cellar?.stop();
  await line?.close();
  await database?.stop();
  await folder?.remove();
});

it('answers 503 while the database is away, keeps living, and goes on when it is back', async () => {
  await api.ended(await api.submit({}));
  await line.close();

  const refused = await api.post<ErrorAnswer>('/experiment/wine-quality/', {});
  expect([refused.status, refused.body.code]).toEqual([503, 'UNAVAILABLE']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(JSON.stringify(refused.body)).not.toMatch(/ECONN|postgres|5432/);
  expect((await api.get('/api/v1/tasks')).status).toBe(503);
  expect((await api.get('/health/live')).status).toBe(200);
  const ready = await api.get<{ error: Record<string, { status: string }> }>('/health/ready');
  expect(ready.status).toBe(503);
  expect(ready.body.error.database.status).toBe('down');

  await line.open();
  const task = await api.ended(await api.submit({ alpha: 0.7 }));
  expect(task.status).toBe('SUCCESS');
  expect((await api.get('/health/ready')).status).toBe(200);
});

it('says what to do where the database never answers', async () => {
  const nowhere = CellarProcess.spawn('main', {
    DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
    DATA_DIR: folder.path,
  });
  expect(await nowhere.exitCode()).toBe(1);
  expect(nowhere.output).toMatch(/The database does not answer: .*ECONNREFUSED/);
  expect(nowhere.output).toMatch(/Check DATABASE_URL/);
});
