import { Migrator } from '@mikro-orm/migrations';
import { defineConfig, type Options } from '@mikro-orm/postgresql';
import { APPLICATION } from './database/database.js';
import type { DatabaseTarget } from './database/database-url.js';
import { MIGRATIONS } from './database/migrations/migrations.js';
import { Experiment, ExperimentTag } from './experiments/experiment.entity.js';
import { LoggedModel, LoggedModelMetric, RunModel } from './models/logged-model.entity.js';
import { Dataset, RunInput } from './runs/dataset.entity.js';
import { LatestMetric, MetricSeries } from './runs/metric.entity.js';
import { Run } from './runs/run.entity.js';
import { RunKey, RunParameter, RunTag } from './runs/run-index.entity.js';
import { IdempotencyKey, Task, Worker } from './tasks/task.entity.js';

/** The most connections that one process keeps. */
const POOL_SIZE = 10;

/**
 * Statements are prepared: planned once for each connection, not anew for the first five calls. Each looks rows up by a key;
 * a plan that was made while a table was empty would read it whole for as long as the connection lives. Where rows are joined
 * to those that a statement is given, `= ANY (ARRAY(…))` leaves nothing to choose: a join may still walk a whole index.
 */
const PLANNING = [
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'enable_bitmapscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'jit=off',
];

/** How values are read and written, whatever the database's own settings say. */
const SPELLING = [
  'TimeZone=UTC',
  'DateStyle=ISO',
  'IntervalStyle=postgres',
  'extra_float_digits=1',
  'bytea_output=hex',
  'standard_conforming_strings=on',
];

/** The composition root of the database: every entity, every migration, every limit. */
export function ormOptions(target: DatabaseTarget): Options {
  return defineConfig({
    host: target.host,
    port: target.port,
    user: target.user,
    password: target.password,
    dbName: target.database,
    // Where that fails, MikroORM goes on in the server's own database: boot.ts makes a missing one.
    ensureDatabase: false,
    entities: [
      Experiment,
      ExperimentTag,
      Run,
      RunParameter,
      RunTag,
      RunKey,
      MetricSeries,
      LatestMetric,
      Dataset,
      RunInput,
      LoggedModel,
      LoggedModelMetric,
      RunModel,
      Task,
      IdempotencyKey,
      Worker,
    ],
    extensions: [Migrator],
    forceUtcTimezone: true,
    colors: false,
    pool: { min: 0, max: POOL_SIZE },
    driverOptions: {
      ssl: target.ssl ?? false,
      application_name: APPLICATION,
      // Waiting longer for a connection means the database is down or swamped: say so with a 503.
      connectionTimeoutMillis: 2_000,
      statement_timeout: 30_000,
      lock_timeout: 2_000,
      idle_in_transaction_session_timeout: 30_000,
      options: [...PLANNING, ...SPELLING].map((setting) => `-c ${setting}`).join(' '),
    },
    migrations: {
      migrationsList: MIGRATIONS,
      path: 'src/database/migrations',
      snapshotName: '.snapshot',
      tableName: 'migration',
      transactional: true,
    },
  });
}
