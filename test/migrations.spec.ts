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

it('refuse a database that a newer version wrote', async () => {
  const orm = await freshDatabase('newer');
  await migrate(orm);
  await orm.em.execute(`insert into migration (name, executed_at) values ('Migration29990101000000_later', now())`);
  await expect(migrate(orm)).rejects.toThrow(/newer version of Cellar.*Migration29990101000000_later/);
});
