import { MikroORM } from '@mikro-orm/postgresql';
import { migrate } from '../src/database/migrate.js';
import { ormOptions } from '../src/orm.js';
import { newRunId } from '../src/runs/new-run-id.js';
import { Task } from '../src/tasks/task.entity.js';
import { ResultRepository } from '../src/training/result.repository.js';
import { Installation } from './installation.js';

/** Of the tasks of an experiment that was given a parameter and a metric later, and whose training may fail to converge. */
const RESULTS = [
  { alpha: 0.5, rmse: 2 },
  { rmse: 'NaN' },
  { alpha: 0.1 },
  { alpha: 0.5, rmse: 1 },
  {},
  { alpha: 0.3, rmse: 'Infinity' },
  { alpha: 0.2, rmse: 'NaN' },
];

describe('results of tasks', () => {
  let installation: Installation;
  let orm: MikroORM;
  let results: ResultRepository;

  beforeAll(async () => {
    installation = await Installation.create('postgres');
    orm = await MikroORM.init(ormOptions(installation.address));
    await migrate(orm);
    results = new ResultRepository(orm.em.fork());
    for (const result of RESULTS) {
      const id = newRunId();
      await orm.em
        .fork()
        .getRepository(Task)
        .insertAll([{ id, name: 'one', experimentId: 0, catalogue: 'wine-quality', input: {}, priority: 0 }]);
      await installation.query(`UPDATE task SET state = 'SUCCESS', done_at = now(), result = $2 WHERE id = $1`, [
        id,
        JSON.stringify(result),
      ]);
    }
  });

  afterAll(async () => {
    await orm?.close();
    expect(await installation?.remove()).toEqual([]);
  });

  it.each([
    ['rmse', 'asc', [1, 2, 'Infinity', 'NaN', 'NaN', undefined, undefined]],
    ['rmse', 'desc', ['Infinity', 2, 1, 'NaN', 'NaN', undefined, undefined]],
    ['alpha', 'asc', [0.1, 0.2, 0.3, 0.5, 0.5, undefined, undefined]],
    ['alpha', 'desc', [0.5, 0.5, 0.3, 0.2, 0.1, undefined, undefined]],
  ] as const)('come by %s %s over pages: numbers, then NaN, then what has none', async (key, direction, expected) => {
    for (const limit of [1, 2, 3, 10]) {
      const rows = [];
      let page = await results.page('wine-quality', { key, numeric: true, direction }, limit);
      for (rows.push(...page.rows); page.next; rows.push(...page.rows)) {
        page = await results.page('wine-quality', { key, numeric: true, direction }, limit, page.next);
      }
      expect(rows.map(({ result }) => result[key])).toEqual(expected);
      expect(new Set(rows.map(({ id }) => id)).size).toBe(RESULTS.length);
    }
  });
});
