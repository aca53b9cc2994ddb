import { Client } from 'pg';
import { ApiClient } from './api-client.js';
import { Installation, waitFor } from './installation.js';

/** As in src/database/migrate.ts. */
const MIGRATION_LOCK = 7_235_317_001;

/** Every other statement gives up waiting for a lock after ten seconds. */
const LOCK_TIMEOUT_MS = 10_000;

describe('a server that starts while another process migrates', () => {
  let installation: Installation;
  let migrating: Client;

  beforeEach(async () => {
    installation = await Installation.create('postgres');
    migrating = new Client(installation.address);
    await migrating.connect();
    await migrating.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
  });

  afterEach(async () => {
    await migrating.end();
    await installation.remove();
  });

  it('waits for it, however long it takes, and then serves', async () => {
    const starting = installation.start('main');
    const outcome = starting.then(
      () => 'serves',
      (error: Error) => error.message,
    );
    await waitFor('the wait for the lock', 15_000, async () => {
      const [{ waiting }] = await installation.query<{ waiting: number }>(
        `SELECT count(*)::int AS waiting FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
           AND classid = ($1::bigint >> 32)::int AND objid = ($1::bigint & 4294967295)::bigint`,
        [MIGRATION_LOCK],
      );
      return waiting === 1;
    });
    const since = performance.now();
    const early = await Promise.race([
      outcome,
      waitFor('the time that others would wait', 20_000, () => performance.now() - since > LOCK_TIMEOUT_MS + 500),
    ]);
    expect(typeof early === 'string' ? early : 'waits').toBe('waits');
    await migrating.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    expect(await outcome).toBe('serves');
    const server = await starting;
    expect((await new ApiClient(server.url).get('/health/ready')).status).toBe(200);
    expect(await server.stop()).toBe(0);
  });
});
