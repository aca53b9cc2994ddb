import { MikroORM } from '@mikro-orm/postgresql';
import fc from 'fast-check';
import { Database } from '../src/database/database.js';
import { type EmbeddedDatabase, openEmbeddedDatabase } from '../src/database/embedded-postgres.js';
import { migrate } from '../src/database/migrate.js';
import { ormOptions } from '../src/orm.js';
import { type RunSearch, RunSearchRepository } from '../src/runs/run-search.repository.js';
import { RUN_TARGET } from '../src/runs/run-target.js';
import { parseFilter } from '../src/search/filter.js';
import { parseOrder } from '../src/search/order.js';
import { temporaryFolder } from './cellar-process.js';
import { compareRuns, judgeRun, type SearchedRun } from './run-evaluator.js';
import { filters, orders, runs } from './run-samples.js';
import { RunStore } from './run-store.js';
import { evaluate } from './search-evaluator.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let database: EmbeddedDatabase;
let orm: MikroORM;
let door: Database;
let store: RunStore;
let repository: RunSearchRepository;

beforeAll(async () => {
  folder = await temporaryFolder();
  database = await openEmbeddedDatabase({ dataDir: folder.path, log: () => undefined, durable: false });
  orm = await MikroORM.init({ ...ormOptions(database.address), logger: () => undefined });
  await migrate(orm);
  door = new Database(orm.em.fork());
  store = new RunStore(orm.em.fork());
  repository = new RunSearchRepository(orm.em.fork());
});

afterAll(async () => {
  await orm?.close();
  await database?.stop();
  await folder?.remove();
});

/** Reads page after page; `between` happens after each. */
async function readAll(search: RunSearch, between: () => Promise<unknown> = async () => undefined): Promise<string[]> {
  const ids: string[] = [];
  for (let after = search.after; ; ) {
    const page = await repository.page({ ...search, after });
    ids.push(...page.ids);
    if (!page.next) return ids.map((id) => id.replaceAll('-', ''));
    expect(page.ids).toHaveLength(search.limit);
    after = JSON.parse(JSON.stringify(page.next));
    await between();
  }
}

const search = (experimentIds: number[], filter: string, order: string[], limit: number): RunSearch => ({
  experimentIds,
  filter: parseFilter(filter, RUN_TARGET, 'cellar'),
  order: parseOrder(order, RUN_TARGET, 'cellar'),
  lifecycle: 'active',
  limit,
});

function expected({ experimentIds, filter, order, lifecycle }: RunSearch, given: SearchedRun[]): SearchedRun[] {
  return given
    .filter((run) => experimentIds.includes(run.experiment) && (lifecycle === 'all' || run.lifecycle === lifecycle))
    .filter((run) => evaluate(filter, (comparison) => judgeRun(run, comparison)))
    .toSorted(compareRuns(order));
}

it('finds what the language means, in the order that it means', async () => {
  const populations = fc.uniqueArray(runs, { minLength: 1, maxLength: 25, selector: ({ id }) => id });
  await fc.assert(
    fc.asyncProperty(populations, fc.gen(), async (population, generate) => {
      await store.clear();
      const [one, other] = [await store.experiment(), await store.experiment()];
      const given = population.map((run, index) => ({ ...run, experiment: index % 4 === 3 ? other : one }));
      await store.insert(given);
      const ids = given.map(({ id }) => id);
      for (let round = 0; round < 12; round += 1) {
        const filter = generate(() => filters(ids));
        const order = generate(() => orders);
        const experiments = generate(() => fc.constantFrom<number[]>([one], [one], [one, other]));
        const lifecycle = generate(() => fc.constantFrom<RunSearch['lifecycle']>('active', 'deleted', 'all'));
        const asked = {
          ...search(
            experiments,
            filter,
            order,
            generate(() => fc.integer({ min: 1, max: 9 })),
          ),
          lifecycle,
        };
        const wanted = expected(asked, given);
        const found = await readAll(asked);
        expect({ filter, order, ids: found }).toEqual({ filter, order, ids: wanted.map(({ id }) => id) });
        expect(await repository.count(asked, 5)).toBe(Math.min(5, wanted.length));
      }
    }),
    { numRuns: 60 },
  );
});

/** A run of no interest but for what is given. */
const run = (id: number, given: Partial<SearchedRun>): SearchedRun => ({
  id: id.toString(16).padStart(32, '0'),
  experiment: 0,
  name: `run ${id}`,
  status: 'FINISHED',
  user: '',
  start: null,
  end: null,
  lifecycle: 'active',
  parameters: {},
  tags: {},
  metrics: {},
  datasets: [],
  ...given,
});

it('never keeps what is written waiting, however many searches there are', async () => {
  const gate = await door.dedicatedClient('gate');
  await gate.query('SELECT pg_advisory_lock(4711)');
  const searches = Array.from({ length: 40 }, () =>
    door.readOnly((query) => query('SELECT pg_advisory_xact_lock_shared(4711)'), { timeoutMs: 30_000 }),
  );
  try {
    expect(await door.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  } finally {
    await gate.end();
  }
  expect(await Promise.all(searches)).toHaveLength(40);
});

describe('a filter of a hundred conditions', () => {
  const keys = Array.from({ length: 100 }, (_, i) => `k${i}`);
  let experiments: number[];
  let wanted: SearchedRun;

  beforeAll(async () => {
    await store.clear();
    experiments = await Promise.all(Array.from({ length: 20 }, () => store.experiment()));
    const given = experiments.flatMap((experiment, e) =>
      Array.from({ length: 5 }, (_, r) => {
        const isWanted = e === 7 && r === 2;
        // All but one of them differ in the last condition only.
        const valueAt = (key: string) => (key === 'k99' && !isWanted ? 0 : 1);
        return run(e * 5 + r, {
          experiment,
          parameters: Object.fromEntries(keys.map((key) => [key, String(valueAt(key))])),
          metrics: Object.fromEntries(keys.map((key) => [key, valueAt(key)])),
        });
      }),
    );
    wanted = given[7 * 5 + 2];
    await store.insert(given);
    await door.query('ANALYZE');
  });

  it.each([
    ['parameters', (key: string) => `params.${key} = '1'`],
    ['metrics', (key: string) => `metrics.${key} > 0.5`],
  ])('on %s finds the one run of many experiments that meets them all', async (_, condition) => {
    const filter = keys.map(condition).join(' AND ');
    expect(await readAll(search(experiments, filter, [], 10))).toEqual([wanted.id]);
    expect(await readAll(search([wanted.experiment], filter, ['metrics.k3'], 10))).toEqual([wanted.id]);
    expect(await repository.count(search(experiments, filter, [], 10), 10)).toBe(1);
  });
});

describe('among more runs than a condition may leave to be gathered', () => {
  let experiment: number;
  let given: SearchedRun[];

  beforeAll(async () => {
    await store.clear();
    experiment = await store.experiment();
    given = Array.from({ length: 5_000 }, (_, index) =>
      run(index, {
        experiment,
        start: index % 9 === 0 ? null : (index * 7_919) % 5_000,
        parameters: {
          even: String(index % 2 === 0),
          third: String(index % 3),
          ...(index % 50 === 0 && { rare: 'yes' }),
        },
        tags: { digit: String(index % 10) },
        metrics: {
          loss: index % 100 === 1 ? Number.NaN : (index * 104_729) % 1_009,
          ...(index % 20 !== 0 && { other: index % 7 }),
        },
      }),
    );
    await store.insert(given);
    await door.query('ANALYZE');
  });

  it.each<[string, string[]]>([
    ['', []],
    ['', ['start_time']],
    ['', ['metrics.loss']],
    ['', ['metrics.other DESC', 'metrics.loss DESC']],
    ["params.even = 'true' AND metrics.loss > 100", ['metrics.loss DESC']],
    ["params.even = 'true' AND metrics.loss < 900 AND metrics.loss >= 30", ['params.third', 'metrics.loss']],
    ["tags.digit LIKE '_' AND params.even != 'true'", ['params.third DESC', 'start_time']],
    ["params.even = 'true' AND tags.digit IS NOT NULL", ['tags.digit DESC', 'metrics.other DESC']],
    ["params.rare = 'yes' AND metrics.loss > 100", ['metrics.loss DESC']],
    ["params.even = 'true'", ['params.rare', 'metrics.loss']],
    ["params.even = 'true'", ['start_time DESC']],
    ['metrics.other != 3', ['run_name DESC']],
    ['metrics.loss > 400 AND metrics.loss <= 700', ['metrics.loss']],
    ['metrics.loss != 400', ['metrics.loss DESC']],
    ['metrics.loss > 400', ['start_time']],
    ['metrics.loss >= 400', ['params.third']],
    ["params.third = '2'", ['params.third DESC']],
    ['params.rare IS NULL', ['params.rare']],
    ["metrics.loss >= 0 OR params.rare = 'yes'", ['metrics.nothing']],
  ])('%s by %j is the same', async (filter, order) => {
    const asked = search([experiment], filter, order, 500);
    const wanted = expected(asked, given);
    expect(await readAll(asked)).toEqual(wanted.map(({ id }) => id));
    expect(wanted.length).toBeGreaterThan(0);
    expect(await repository.count(asked, 10_000)).toBe(wanted.length);
  });
});

it('tells long values apart that begin alike', async () => {
  await store.clear();
  const experiment = await store.experiment();
  const head = '🦜'.repeat(200);
  const values = [`${head}b`, head, `${head}a`];
  await store.insert(values.map((long, index) => run(index, { experiment, parameters: { long }, tags: { long } })));
  for (const [index, value] of values.entries()) {
    expect(await readAll(search([experiment], `params.long = '${value}'`, [], 9))).toEqual([run(index, {}).id]);
    expect(await readAll(search([experiment], `tags.long = '${value}'`, [], 9))).toEqual([run(index, {}).id]);
  }
  const sorted = [1, 2, 0].map((index) => run(index, {}).id);
  expect(await readAll(search([experiment], '', ['params.long'], 1))).toEqual(sorted);
  expect(await readAll(search([experiment], '', ['status', 'tags.long DESC'], 1))).toEqual(sorted.toReversed());
});

describe('a page', () => {
  it('neither repeats nor hides runs while others are written', async () => {
    await store.clear();
    const experiment = await store.experiment();
    const given = Array.from({ length: 30 }, (_, index) =>
      run(index, { experiment, ...(index % 3 > 0 && { metrics: { loss: index % 5 } }) }),
    );
    await store.insert(given);
    const asked = search([experiment], '', ['metrics.loss DESC'], 4);
    let added = 1_000;
    const addOne = () => {
      added += 1;
      return store.insert([run(added, { experiment, metrics: { loss: added % 6 } }), run(added + 500, { experiment })]);
    };
    const found = await readAll(asked, addOne);
    const known = new Set(given.map(({ id }) => id));
    expect(found.filter((id) => known.has(id))).toEqual(expected(asked, given).map(({ id }) => id));
    expect(new Set(found).size).toBe(found.length);
  });

  it('that is exactly full has no next one', async () => {
    await store.clear();
    const experiment = await store.experiment();
    await store.insert([run(1, { experiment }), run(2, { experiment })]);
    expect((await repository.page(search([experiment], '', [], 1))).next).toBeDefined();
    expect((await repository.page(search([experiment], '', [], 2))).next).toBeUndefined();
    expect(await repository.page(search([], '', [], 2))).toEqual({ ids: [] });
    expect(await repository.count(search([], '', [], 2), 5)).toBe(0);
  });

  it.each([
    { segment: 7, values: [] },
    { segment: -1, values: [] },
    { segment: 0, values: [] },
    { segment: 0, values: ['1', '2'] },
    { segment: 0, values: [null, null, '00000000-0000-0000-0000-000000000001'] },
    { segment: 0, values: ["1'; --", null, '00000000-0000-0000-0000-000000000001'] },
    { segment: 0, values: ['1', 'yesterday', '00000000-0000-0000-0000-000000000001'] },
    { segment: 0, values: ['1', null, 'x'] },
    { segment: 0, values: ['1e400', null, '00000000-0000-0000-0000-000000000001'] },
    { segment: 0, values: ['1.2.3', null, '00000000-0000-0000-0000-000000000001'] },
    { segment: 0, values: ['1', '2026-02-30 00:00:00+00', '00000000-0000-0000-0000-000000000001'] },
  ])('does not follow the cursor %j', async (after) => {
    const asked = { ...search([1], '', ['metrics.loss'], 2), after };
    await expect(repository.page(asked)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: [{ field: 'cursor' }],
    });
  });
});

describe('a read-only transaction', () => {
  it('gives up what takes too long, and says what to narrow', async () => {
    const asleep = door.readOnly((query) => query('SELECT pg_sleep(10)'), { timeoutMs: 20 });
    await expect(asleep).rejects.toMatchObject({ code: 'INVALID_INPUT', details: [{ field: 'filter' }] });
  });

  it('changes nothing', async () => {
    const writing = door.readOnly((query) => query('DELETE FROM run'), { timeoutMs: 1_000 });
    await expect(writing).rejects.toThrow('read-only transaction');
  });

  it('leaves the connection as it was', async () => {
    const before = await door.query('SHOW plan_cache_mode');
    await door.readOnly((query) => query('SELECT 1'), { timeoutMs: 1_000 });
    expect(await door.query('SHOW plan_cache_mode')).toEqual(before);
  });
});
