import { MikroORM } from '@mikro-orm/postgresql';
import { Database } from '../src/database/database.js';
import { type EmbeddedDatabase, openEmbeddedDatabase } from '../src/database/embedded-postgres.js';
import { migrate } from '../src/database/migrate.js';
import { type ExperimentSearch, ExperimentSearchRepository } from '../src/experiments/experiment-search.repository.js';
import { EXPERIMENT_TARGET } from '../src/experiments/experiment-target.js';
import { ormOptions } from '../src/orm.js';
import { parseFilter } from '../src/search/filter.js';
import { parseOrder } from '../src/search/order.js';
import { temporaryFolder } from './cellar-process.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let database: EmbeddedDatabase;
let orm: MikroORM;
let repository: ExperimentSearchRepository;

/** Number, name, created and updated in ms, lifecycle, tags. */
const EXPERIMENTS: [number, string, number, number, string, Record<string, string>][] = [
  [0, 'Default', 1_000, 9_000, 'active', {}],
  [1, 'b', 2_000, 5_000, 'active', { team: 'red', 'a b': '1' }],
  [2, 'B', 2_000, 6_000, 'active', { team: 'Blue' }],
  [3, 'ä%_', 3_000, 5_000, 'active', {}],
  [10, "it's", 4_000, 4_000, 'active', { team: '' }],
  [11, 'gone', 5_000, 5_000, 'deleted', { team: 'red' }],
];

beforeAll(async () => {
  folder = await temporaryFolder();
  database = await openEmbeddedDatabase({ dataDir: folder.path, log: () => undefined, durable: false });
  orm = await MikroORM.init({ ...ormOptions(database.address), logger: () => undefined });
  await migrate(orm);
  const door = new Database(orm.em.fork());
  await door.query('DELETE FROM experiment');
  for (const [id, name, created, updated, lifecycle, tags] of EXPERIMENTS) {
    await door.query(
      `INSERT INTO experiment (id, name, created_at, updated_at, lifecycle)
       VALUES ($1, $2, to_timestamp($3::float8 / 1000), to_timestamp($4::float8 / 1000), $5)`,
      [id, name, created, updated, lifecycle],
    );
    for (const [key, value] of Object.entries(tags)) {
      await door.query('INSERT INTO experiment_tag (experiment_id, key, value) VALUES ($1, $2, $3)', [id, key, value]);
    }
  }
  repository = new ExperimentSearchRepository(orm.em.fork());
});

afterAll(async () => {
  await orm?.close();
  await database?.stop();
  await folder?.remove();
});

const search = (filter: string, order: string[] = [], given: Partial<ExperimentSearch> = {}): ExperimentSearch => ({
  filter: parseFilter(filter, EXPERIMENT_TARGET, 'cellar'),
  order: parseOrder(order, EXPERIMENT_TARGET, 'cellar'),
  lifecycle: 'active',
  limit: 100,
  ...given,
});

it.each<[string, number[]]>([
  ['', [10, 3, 1, 2, 0]],
  ["name = 'b'", [1]],
  ["name ILIKE 'b'", [1, 2]],
  ["name LIKE '%\\%'", []],
  ["attribute.name != 'b'", [10, 3, 2, 0]],
  ["experiment_id IN ('1', '10', 'x')", [10, 1]],
  ["experiment_id NOT IN ('1', '10')", [3, 2, 0]],
  ["experiment_id != '0'", [10, 3, 1, 2]],
  ['creation_time >= 2000 AND creation_time < 4000', [3, 1, 2]],
  ['creation_time = 3000', [3]],
  ['last_update_time > 5000', [2, 0]],
  ["last_update_time > '1970-01-01T00:00:05Z'", [2, 0]],
  ["tags.team = 'red'", [1]],
  ["tag.team != 'red'", [10, 2]],
  ["tags.team ILIKE 'b%'", [2]],
  ["tags.`a b` = '1'", [1]],
  ['tags.team IS NULL', [3, 0]],
  ['tags.team IS NOT NULL', [10, 1, 2]],
  ["NOT tags.team = 'red' OR name = 'b'", [10, 3, 1, 2, 0]],
])('%s finds %j', async (filter, ids) => {
  expect((await repository.page(search(filter))).ids).toEqual(ids);
});

it.each<[string[], number[]]>([
  [['name'], [2, 0, 1, 10, 3]],
  [['name DESC'], [3, 10, 1, 0, 2]],
  [['experiment_id'], [0, 1, 2, 3, 10]],
  [['creation_time'], [0, 2, 1, 3, 10]],
  [['last_update_time DESC'], [0, 2, 3, 1, 10]],
  [
    ['last_update_time', 'name DESC'],
    [10, 3, 1, 2, 0],
  ],
])('%j makes the order %j, page by page too', async (order, ids) => {
  expect((await repository.page(search('', order))).ids).toEqual(ids);
  const found: number[] = [];
  let after: ExperimentSearch['after'];
  do {
    const page = await repository.page(search('', order, { limit: 2, after }));
    found.push(...page.ids);
    after = page.next;
  } while (after);
  expect(found).toEqual(ids);
});

it('shows what waits in the bin only when asked', async () => {
  expect((await repository.page(search('', [], { lifecycle: 'deleted' }))).ids).toEqual([11]);
  expect((await repository.page(search("tags.team = 'red'", [], { lifecycle: 'all' }))).ids).toEqual([11, 1]);
});

it('refuses a cursor of another order', async () => {
  const { next } = await repository.page(search('', ['name'], { limit: 1 }));
  await expect(repository.page(search('', ['creation_time'], { after: next }))).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    details: [{ field: 'cursor' }],
  });
});
