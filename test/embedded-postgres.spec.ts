import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning } from '../src/database/postmaster-pid.js';
import { ask, DatabaseFolder, isRoot, LIMIT_MS, refusal, until, withDatabaseFolder } from './database-fixture.js';

describe('embedded PostgreSQL', () => {
  let folder: DatabaseFolder;

  withDatabaseFolder((begun) => {
    folder = begun;
  });

  it(
    'makes a private UTF8 cluster with everything durable in an empty folder',
    async () => {
      const database = await folder.open({ durable: true });
      expect(database.started).toBe(true);
      const settings = ['server_encoding', 'fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums'];
      const shown = settings.concat('listen_addresses', 'max_connections', 'shared_buffers', 'max_wal_size', 'jit');
      const sql = `SELECT ${shown.map((name) => `current_setting('${name}') AS ${name}`).join(', ')}`;
      expect(await ask(database, sql)).toEqual({
        server_encoding: 'UTF8',
        fsync: 'on',
        synchronous_commit: 'on',
        full_page_writes: 'on',
        data_checksums: 'on',
        listen_addresses: '',
        max_connections: '200',
        shared_buffers: '128MB',
        max_wal_size: '1GB',
        jit: 'off',
      });
      expect(
        await ask(database, 'SELECT datlocprovider AS p FROM pg_database WHERE datname = current_database()'),
      ).toEqual({ p: 'b' });
      expect(statSync(join(folder.cluster, 'cellar.password')).mode & 0o777).toBe(0o600);
      expect(statSync(database.address.host).mode & 0o777).toBe(0o700);
      expect(readdirSync(folder.dataDir).sort()).toEqual(['postgres']);
    },
    LIMIT_MS,
  );

  it(
    'keeps the data of an earlier start',
    async () => {
      const first = await folder.open();
      await ask(first, 'CREATE TABLE kept AS SELECT 42 AS answer');
      await first.stop();
      expect(folder.serverPid).toBeUndefined();
      const second = await folder.open();
      expect(second.started).toBe(true);
      expect(await ask(second, 'SELECT answer FROM kept')).toEqual({ answer: 42 });
    },
    LIMIT_MS,
  );

  it(
    'is shared by two processes that start at once, and ends with the last of them',
    async () => {
      const both = [folder.spawn(), folder.spawn()];
      const ready = await Promise.all(both.map((one) => one.event('ready')));
      expect(ready.filter(({ started }) => started)).toHaveLength(1);
      const starter = ready[0]?.started ? 0 : 1;
      expect(await both[starter]?.signal('SIGTERM')).toEqual([0, null]);
      const third = await folder.open();
      expect(third.started).toBe(false);
      expect(await both[1 - starter]?.signal('SIGTERM')).toEqual([0, null]);
      expect(await ask(third, 'SELECT 1 AS one')).toEqual({ one: 1 });
      await third.stop();
      expect(folder.processes()).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'starts the server again when it is killed, even while a query never ends',
    async () => {
      const database = await folder.open();
      await ask(database, 'CREATE TABLE kept AS SELECT 42 AS answer');
      const killed = folder.serverPid ?? 0;
      const endless = ask(database, 'DO $$ BEGIN LOOP NULL; END LOOP; END $$').catch((error: Error) => error.message);
      const busy = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'DO%'";
      await until(async () => Object.keys(await ask(database, busy)).length > 0);
      process.kill(killed, 'SIGKILL');
      expect(await until(() => ask(database, 'SELECT answer FROM kept').catch(() => undefined))).toEqual({
        answer: 42,
      });
      expect(await endless).toMatch(/terminat/);
      expect(folder.serverPid).not.toBe(killed);
      await until(() => folder.log.includes('The database server answers again'));
    },
    LIMIT_MS,
  );

  it(
    'stops a server that restarts itself at the moment, because one of its processes was killed',
    async () => {
      const database = await folder.open();
      const presence = "SELECT pid FROM pg_stat_activity WHERE application_name = 'cellar presence'";
      process.kill(Number((await ask(database, presence)).pid), 'SIGKILL');
      await database.stop();
      expect(folder.processes()).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'survives a killed process and is adopted by the next',
    async () => {
      const killed = folder.spawn();
      await killed.event('ready');
      const pid = folder.serverPid ?? 0;
      await killed.signal('SIGKILL');
      expect(isRunning(pid)).toBe(true);
      const database = await folder.open();
      expect(database.started).toBe(false);
      expect(folder.serverPid).toBe(pid);
      expect(await ask(database, 'SELECT 1 AS one')).toEqual({ one: 1 });
      await database.stop();
      expect(isRunning(pid)).toBe(false);
    },
    LIMIT_MS,
  );

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'answers while a process drains after %s to its whole group',
    async (signal) => {
      const one = folder.spawn();
      await one.event('ready');
      process.kill(-(one.child.pid ?? 0), signal);
      expect(await one.event('drained')).toEqual({ drained: { one: 1 } });
      expect(await one.exit).toEqual([0, null]);
      expect(folder.serverPid).toBeUndefined();
      expect(folder.processes()).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'begins anew when a process was killed while it made the cluster',
    async () => {
      const killed = folder.spawn();
      const draft = await until(() =>
        existsSync(folder.dataDir) ? readdirSync(folder.dataDir).find((name) => name.includes('.tmp-')) : undefined,
      );
      await killed.signal('SIGKILL');
      expect(existsSync(join(folder.cluster, 'PG_VERSION'))).toBe(false);
      const database = await folder.open();
      expect(await ask(database, 'SELECT 1 AS one')).toEqual({ one: 1 });
      expect(readdirSync(folder.dataDir)).not.toContain(draft);
    },
    LIMIT_MS,
  );

  /** Lets another process have the number that a server left behind. @param cwd where it works */
  function takeNumber(cwd: string | undefined): { other: ChildProcess; pidFile: string } {
    const { uid, gid } = statSync(folder.cluster);
    const other = spawn('sleep', ['60'], { cwd, ...(isRoot && { uid, gid }) });
    const pidFile = join(folder.cluster, 'postmaster.pid');
    writeFileSync(pidFile, `${other.pid}\n${folder.cluster}\n1700000000\n5432\n/nowhere\n\n  0 0\nready   \n`);
    chownSync(pidFile, uid, gid);
    chmodSync(pidFile, 0o600);
    return { other, pidFile };
  }

  it(
    'says who holds a cluster that does not answer',
    async () => {
      await (await folder.open()).stop();
      const { other, pidFile } = takeNumber(folder.cluster);
      try {
        const error = await refusal(folder.open());
        expect(error.message).toContain(`in use by process ${other.pid} since 2023-11-14T22:13:20.000Z`);
        expect(error.remedy).toContain(pidFile);
        expect(existsSync(pidFile)).toBe(true);
      } finally {
        other.kill();
      }
    },
    LIMIT_MS,
  );

  it(
    'joins a server whose process can not be seen, as from another container',
    async () => {
      const first = await folder.open();
      const pidFile = join(folder.cluster, 'postmaster.pid');
      const original = readFileSync(pidFile, 'utf8');
      writeFileSync(pidFile, original.replace(/^\d+/, '4194303'));
      const second = await folder.open();
      expect(second.started).toBe(false);
      await first.stop();
      await second.stop();
      expect(folder.log.join()).toContain('process 4194303) runs in another container');
      writeFileSync(pidFile, original);
      await (await folder.open()).stop();
    },
    LIMIT_MS,
  );

  it(
    'ends the server of a data folder that was removed',
    async () => {
      const database = await folder.open();
      rmSync(folder.dataDir, { recursive: true });
      await database.stop();
      expect(folder.processes()).toEqual([]);
    },
    LIMIT_MS,
  );

  if (process.platform === 'linux') {
    it(
      'starts where something else got the number of a server that was killed',
      async () => {
        await (await folder.open()).stop();
        const { other } = takeNumber(undefined);
        try {
          const database = await folder.open();
          expect(database.started).toBe(true);
          expect(await ask(database, 'SELECT 1 AS one')).toEqual({ one: 1 });
          expect(other.exitCode ?? other.signalCode).toBeNull();
        } finally {
          other.kill();
        }
      },
      LIMIT_MS,
    );

    it(
      'starts at once where process and server were killed, and nobody asks how the server ended',
      async () => {
        const killed = folder.spawn();
        await killed.event('ready');
        const pid = folder.serverPid ?? 0;
        killed.child.kill('SIGSTOP');
        process.kill(pid, 'SIGKILL');
        await until(() => !isRunning(pid));
        expect(() => process.kill(pid, 0)).not.toThrow();
        const database = await folder.open();
        expect(await ask(database, 'SELECT 1 AS one')).toEqual({ one: 1 });
        expect(folder.serverPid).not.toBe(pid);
      },
      LIMIT_MS,
    );

    it(
      'has stopped once its log collector, the last of its processes, has ended too',
      async () => {
        const database = await folder.open();
        const [collector, ...others] = folder
          .processes()
          .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('logger'));
        expect(others).toEqual([]);
        process.kill(collector, 'SIGSTOP');
        setTimeout(() => process.kill(collector, 'SIGCONT'), 500);
        await database.stop();
        expect(folder.processes()).toEqual([]);
      },
      LIMIT_MS,
    );
  }
});
