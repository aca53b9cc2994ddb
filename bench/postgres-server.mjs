/** New databases on a PostgreSQL server that is there already, through `psql`. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

function ask(url, sql) {
  const { status, stdout, stderr, error } = spawnSync('psql', [url, '-qAtc', sql], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`psql: ${error?.message ?? stderr.trim()}`);
  return stdout.trim();
}

/** Gives `work` the address of a new database on the server of `url`, and drops it when that is done. */
export async function withDatabase(url, work) {
  const name = `cellar_bench_${randomBytes(6).toString('hex')}`;
  ask(url, `CREATE DATABASE ${name}`);
  try {
    const fresh = new URL(url);
    fresh.pathname = `/${name}`;
    return await work(fresh.href);
  } finally {
    ask(url, `DROP DATABASE ${name} WITH (FORCE)`);
  }
}

/** Its version, and the two settings that decide whether an answer means that the data is on disk. */
export function describeServer(url) {
  const setting = (name) => ask(url, `SHOW ${name}`);
  return `PostgreSQL ${setting('server_version').split(' ')[0]} (fsync ${setting('fsync')}, synchronous_commit ${setting('synchronous_commit')})`;
}
