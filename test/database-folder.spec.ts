import { chownSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { jest } from '@jest/globals';
import {
  ask,
  DatabaseFolder,
  isRoot,
  LIMIT_MS,
  refusal,
  refusedFolder,
  withDatabaseFolder,
} from './database-fixture.js';

describe('the folder of the embedded PostgreSQL', () => {
  let folder: DatabaseFolder;

  withDatabaseFolder((begun) => {
    folder = begun;
  });

  it(
    'puts the socket into a short folder when the path in DATA_DIR would be too long',
    async () => {
      const name = 'long-'.repeat(20);
      const long = new DatabaseFolder(name);
      try {
        const short = join(long.root, 's');
        mkdirSync(short);
        const database = await long.open({ shortFolders: [short] });
        expect(dirname(database.address.host)).toBe(short);
        expect(statSync(database.address.host).mode & 0o777).toBe(0o700);
        expect(await ask(database, 'SELECT 1 AS one')).toEqual({ one: 1 });
        await database.stop();
        expect(readdirSync(short)).toEqual([]);
      } finally {
        expect(await long.remove()).toEqual([]);
      }
    },
    LIMIT_MS,
  );

  it(
    'refuses a short socket folder that somebody else made first',
    async () => {
      const long = new DatabaseFolder('long-'.repeat(20));
      try {
        const short = join(long.root, 's');
        mkdirSync(short);
        const database = await long.open({ shortFolders: [short] });
        const taken = database.address.host;
        await database.stop();
        // A link is as foreign as another user's folder, and every user can make one.
        if (isRoot) {
          mkdirSync(taken);
          chownSync(taken, 12_345, 12_345);
        } else symlinkSync(long.root, taken);
        const error = await refusal(long.open({ shortFolders: [short] }));
        expect(error.message).toContain(`${taken} is not a folder of our own`);
      } finally {
        expect(await long.remove()).toEqual([]);
      }
    },
    LIMIT_MS,
  );

  it(
    'refuses files that are no complete cluster',
    async () => {
      mkdirSync(folder.cluster, { recursive: true });
      writeFileSync(join(folder.cluster, 'base'), '');
      expect((await refusal(folder.open())).message).toContain('no complete PostgreSQL database');
    },
    LIMIT_MS,
  );

  it(
    'refuses the files of another major version and names two ways out',
    async () => {
      await (await folder.open()).stop();
      const versionFile = join(folder.cluster, 'PG_VERSION');
      const version = readFileSync(versionFile, 'utf8');
      writeFileSync(versionFile, '17\n');
      const error = await refusal(folder.open());
      expect(error.message).toContain('written by PostgreSQL 17');
      expect(error.remedy).toMatch(/Either .+ Or /);
      writeFileSync(versionFile, version);
      expect(await ask(await folder.open(), 'SELECT 1 AS one')).toEqual({ one: 1 });
    },
    LIMIT_MS,
  );

  it(
    "leaves another user's cluster alone and says whose it is",
    async () => {
      await (await folder.open()).stop();
      const { uid } = statSync(folder.cluster);
      const getuid = jest.spyOn(process, 'getuid').mockReturnValue(4242);
      try {
        expect((await refusal(folder.open())).message).toMatch(
          `belongs to the user with id ${uid}, this process runs as 4242`,
        );
      } finally {
        getuid.mockRestore();
      }
    },
    LIMIT_MS,
  );

  it(
    'says that a folder below a file can not be made',
    async () => {
      writeFileSync(folder.dataDir, '');
      const below = join(folder.dataDir, 'a', 'b');
      const printed = refusedFolder(below);
      expect(printed).toContain(`DATA_DIR ${below} can not be made: ${folder.dataDir} is not a folder.`);
      expect(printed).toMatch(/remedy: .*Set DATA_DIR to /);
    },
    LIMIT_MS,
  );

  it(
    'says that a data folder is a file',
    async () => {
      writeFileSync(folder.dataDir, '');
      const error = await refusal(folder.open());
      expect(error.message).toBe(`DATA_DIR ${folder.dataDir} can not be made: ${folder.dataDir} is not a folder.`);
    },
    LIMIT_MS,
  );

  it(
    'says that a folder can not be made in one that takes no writes',
    async () => {
      // Root may write into any folder that has a disk behind it.
      const parent = isRoot ? '/sys' : folder.dataDir;
      if (!isRoot) mkdirSync(parent, { mode: 0o500 });
      const printed = refusedFolder(join(parent, 'cellar', 'data'));
      expect(printed).toContain(`can not be made: this user may not make a folder in ${parent}.`);
    },
    LIMIT_MS,
  );

  if (process.platform === 'linux') {
    it(
      'ends where the system answers that an existing parent does not exist',
      async () => {
        expect(refusedFolder('/proc/cellar')).toContain(
          'DATA_DIR /proc/cellar can not be made: /proc takes no folders.',
        );
      },
      LIMIT_MS,
    );
  }

  if (isRoot) {
    it(
      'runs as nobody when root has no user postgres',
      async () => {
        const passwdFile = join(folder.root, 'passwd');
        writeFileSync(
          passwdFile,
          'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n',
        );
        const database = await folder.open({ passwdFile });
        expect(await ask(database, 'SELECT 1 AS one')).toEqual({ one: 1 });
        expect(statSync(folder.cluster).uid).toBe(65_534);
        await database.stop();
        expect(await ask(await folder.open(), 'SELECT 2 AS two')).toEqual({ two: 2 });
      },
      LIMIT_MS,
    );

    it(
      'refuses root where there is neither postgres nor nobody',
      async () => {
        const passwdFile = join(folder.root, 'passwd');
        writeFileSync(passwdFile, 'root:x:0:0:root:/root:/bin/sh\n');
        expect((await refusal(folder.open({ passwdFile }))).message).toContain('PostgreSQL does not run as root');
      },
      LIMIT_MS,
    );

    it(
      "keeps root's cluster elsewhere when DATA_DIR is closed, and says where",
      async () => {
        mkdirSync(folder.dataDir, { mode: 0o700 });
        const database = await folder.open();
        expect(await ask(database, 'SELECT 1 AS one')).toEqual({ one: 1 });
        const home = readFileSync(join(folder.dataDir, 'postgres.location'), 'utf8').trim();
        expect(home).toMatch(/\/system\/[0-9a-f]{16}$/);
        expect(folder.log.join()).toContain(home);
        await database.stop();
        expect(await ask(await folder.open(), 'SELECT 2 AS two')).toEqual({ two: 2 });
      },
      LIMIT_MS,
    );
  } else {
    it(
      'runs as the user of this process when that is not root',
      async () => {
        const database = await folder.open({ passwdFile: join(folder.root, 'no such file') });
        expect(await ask(database, 'SELECT 1 AS one')).toEqual({ one: 1 });
        expect(statSync(folder.cluster).uid).toBe(process.getuid?.());
      },
      LIMIT_MS,
    );

    it(
      'says that a data folder can not be written',
      async () => {
        mkdirSync(folder.dataDir, { mode: 0o500 });
        expect((await refusal(folder.open())).message).toContain('can not be written');
      },
      LIMIT_MS,
    );
  }
});
