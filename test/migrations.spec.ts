import { MikroORM } from '@mikro-orm/postgresql';
import { type EmbeddedDatabase, openEmbeddedDatabase } from '../src/database/embedded-postgres.js';
import { isMigrated, migrate } from '../src/database/migrate.js';
import { ormOptions } from '../src/orm.js';
import { temporaryFolder } from './cellar-process.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let database: EmbeddedDatabase;
const open: MikroORM[] = [];

async function connect(name: string): Promise<MikroORM> {
  const orm = await MikroORM.init({ ...ormOptions({ ...database.address, database: name }), logger: () => undefined });
  open.push(orm);
  return orm;
}

/** A database of its own for one test. */
async function freshDatabase(name: string): Promise<MikroORM> {
  const admin = await connect(database.address.database);
  await admin.em.execute(`create database "${name}" template template0`);
  return connect(name);
}

beforeAll(async () => {
  folder = await temporaryFolder();
  database = await openEmbeddedDatabase({ dataDir: folder.path, log: () => undefined, durable: false });
});

afterAll(async () => {
  await Promise.all(open.map((orm) => orm.close()));
  await database?.stop();
  await folder?.remove();
});

it('make exactly the schema of the entities, with experiment 0 in it', async () => {
  const orm = await freshDatabase('exact');
  expect(await isMigrated(orm)).toBe(false);
  expect((await migrate(orm)).length).toBeGreaterThan(0);
  expect(await isMigrated(orm)).toBe(true);
  expect(await orm.schema.getUpdateSchemaSQL({ wrap: false })).toBe('');
  expect(await orm.em.execute('select id, name from experiment')).toEqual([{ id: 0, name: 'Default' }]);
  expect(await migrate(orm)).toEqual([]);
});

it('are applied once when several processes start together', async () => {
  const first = await freshDatabase('together');
  const others = await Promise.all([connect('together'), connect('together')]);
  const applied = await Promise.all([first, ...others].map((orm) => migrate(orm)));
  expect(applied.filter((names) => names.length > 0).length).toBe(1);
});

it('can be taken back and applied again', async () => {
  const orm = await freshDatabase('back');
  const applied = await migrate(orm);
  await orm.migrator.down({ to: 0 });
  expect(await orm.em.execute(`select 1 from information_schema.tables where table_name = 'task'`)).toEqual([]);
  expect(await migrate(orm)).toEqual(applied);
});

it('keep the metrics and parameters of runs that the first version wrote', async () => {
  const orm = await freshDatabase('kept');
  await orm.migrator.up({ to: 'Migration20261124132612_initial' });
  const id = '019aa3c4-5b1e-7c3a-9d42-2f6b8e1a7c05';
  await orm.em.execute(
    `insert into run (id, experiment_id, name, status, parameters, tags, metrics) values
     ('${id}', 0, 'old', 'FINISHED', '{"alpha": "0.1"}', '{"team": "red"}',
      '{"rmse": {"value": 0.5, "step": 3, "timestamp": 1700000000000}, "r2": {"value": "NaN", "step": 0, "timestamp": 1}}')`,
  );
  await migrate(orm);
  const rows = (sql: string) => orm.em.execute<Record<string, unknown>[]>(sql);
  expect(await rows('select key, value, step, timestamp from latest_metric order by key')).toEqual([
    { key: 'r2', value: Number.NaN, step: '0', timestamp: '1' },
    { key: 'rmse', value: 0.5, step: '3', timestamp: '1700000000000' },
  ]);
  const [series] = await rows(`select steps, timestamps, "values" from metric_series where key = 'rmse'`);
  expect((series.steps as Buffer).readBigInt64BE()).toBe(3n);
  expect((series.timestamps as Buffer).readBigInt64BE()).toBe(1_700_000_000_000n);
  expect((series.values as Buffer).readDoubleBE()).toBe(0.5);
  expect(await rows('select kind, key, runs from run_key order by kind, key')).toEqual([
    { kind: 'metric', key: 'r2', runs: 1 },
    { kind: 'metric', key: 'rmse', runs: 1 },
    { kind: 'parameter', key: 'alpha', runs: 1 },
    { kind: 'tag', key: 'team', runs: 1 },
  ]);
  expect(await rows('select head from run_parameter union all select head from run_tag')).toEqual([
    { head: '0.1' },
    { head: 'red' },
  ]);
});

it('refuse a database that a newer version wrote', async () => {
  const orm = await freshDatabase('newer');
  await migrate(orm);
  await orm.em.execute(`insert into migration (name, executed_at) values ('Migration29990101000000_later', now())`);
  await expect(migrate(orm)).rejects.toThrow(/newer version of Cellar.*Migration29990101000000_later/);
});
