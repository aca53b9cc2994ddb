import { MikroORM } from '@mikro-orm/postgresql';
import { Database } from '../src/database/database.js';
import { type EmbeddedDatabase, openEmbeddedDatabase } from '../src/database/embedded-postgres.js';
import { migrate } from '../src/database/migrate.js';
import { ormOptions } from '../src/orm.js';
import { RunRepository } from '../src/runs/run.repository.js';
import { RunLogRepository } from '../src/runs/run-log.repository.js';
import { ExecutionRepository } from '../src/tasks/execution.repository.js';
import { Task } from '../src/tasks/task.entity.js';
import { temporaryFolder } from './cellar-process.js';

/** Walked in its order up to a limit, and holds nothing but what waits. */
const WALKED = 'using task_due';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let database: EmbeddedDatabase;
let orm: MikroORM;

beforeAll(async () => {
  folder = await temporaryFolder();
  database = await openEmbeddedDatabase({ dataDir: folder.path, log: () => undefined, durable: false });
  const options = { ...ormOptions(database.address), logger: () => undefined };
  const first = await MikroORM.init(options);
  await migrate(first);
  await first.close();
  // One connection, so that what it prepared can be asked for.
  orm = await MikroORM.init({ ...options, pool: { min: 0, max: 1 } });
});

afterAll(async () => {
  await orm?.close();
  await database?.stop();
  await folder?.remove();
});

/** How the statements that this connection prepared read tables, by the beginning of their text. */
async function scans(em: MikroORM['em']): Promise<string[]> {
  const { query } = new Database(em);
  const prepared = await query<{ name: string; statement: string; parameters: number }>(
    `SELECT name, statement, cardinality(parameter_types)::int AS parameters FROM pg_prepared_statements
     WHERE statement ~ 'UPDATE|INSERT'`,
  );
  const found: string[] = [];
  for (const { name, statement, parameters } of prepared) {
    const nulls = parameters > 0 ? `(${Array(parameters).fill('NULL').join(', ')})` : '';
    const plan = await em.execute<{ 'QUERY PLAN': string }[]>(`EXPLAIN EXECUTE "${name}"${nulls}`);
    const lines = plan.map((row) => row['QUERY PLAN'].trim());
    for (const [i, line] of lines.entries()) {
      const [, scan] = /^(?:-> +)?((?:Index|Index Only|Seq|Bitmap Index) Scan .*?) +\(/.exec(line) ?? [];
      if (!scan || scan.includes(WALKED)) continue;
      const condition = lines[i + 1]?.startsWith('Index Cond:') ? 'by key' : 'whole';
      found.push(`${condition}: ${scan} in ${statement.trim().replace(/\s+/g, ' ').slice(0, 60)}`);
    }
  }
  return found;
}

it('look rows up by their keys, also when they are planned while every table is empty', async () => {
  const { em } = orm;
  const executions = new ExecutionRepository(em);
  await em.getRepository(Task).insertAll([]);
  await executions.claim('worker', 1);
  await executions.finish([]);
  await executions.renew('worker', []);
  await executions.giveBack([], 'PENDING', 0);
  const runs = new RunRepository(em);
  await runs.insertAll([]);
  await runs.updateAll([]);
  await runs.setLifecycle([], 'deleted');
  const log = new RunLogRepository(em);
  await log.appendSeries([]);
  await log.append([], []);

  const found = await scans(em);
  expect(found.length).toBeGreaterThan(15);
  expect(found.filter((scan) => scan.startsWith('whole'))).toEqual([]);
});
