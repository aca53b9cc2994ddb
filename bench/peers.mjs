/** The tracking servers that Cellar is measured against, each on a fresh database and a free port. */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { withDatabase } from './postgres-server.mjs';
import { answers, freePort, start, stop, withFolder } from './processes.mjs';

const program = (venv, name) => join(resolve(venv), 'bin', name);

function version(venv, name) {
  const { stdout, error } = spawnSync(program(venv, name), ['--version'], { encoding: 'utf8' });
  if (error) throw new Error(`${name} is not in ${venv}: bench/README.md says how to make the venv`, { cause: error });
  return stdout.trim().split(' ').at(-1);
}

/** Runs a program in a folder of its own while `work` lasts. `args` gets the folder and the port. */
function withServer(command, args, work) {
  return withFolder(async (folder) => {
    const port = await freePort();
    const log = join(folder, 'server.log');
    const output = openSync(log, 'a');
    const child = start(command, args(folder, port), {
      stdio: ['ignore', output, output],
      cwd: folder,
      env: { ...process.env, DO_NOT_TRACK: 'true' },
      // MLflow's first process leaves its workers behind when it ends.
      endGroup: true,
    });
    try {
      const url = `http://127.0.0.1:${port}`;
      await answers(`${url}/health`, child).catch((error) => {
        const lastWords = readFileSync(log, 'utf8').trim().split('\n').at(-1);
        throw new Error(`${error.message}: ${lastWords}`, { cause: error });
      });
      return await work(url);
    } finally {
      await stop(child);
      closeSync(output);
    }
  });
}

const withFastTrackML = (venv, database, work) =>
  withServer(
    program(venv, 'fml'),
    (folder, port) => [
      'server',
      '--database-uri',
      database(folder),
      '--listen-address',
      `127.0.0.1:${port}`,
      '--default-artifact-root',
      join(folder, 'artifacts'),
      '--log-level',
      'warn',
    ],
    work,
  );

/** By the name that `--peers` takes. `run` gets the venv, a PostgreSQL server's address and what to do with the peer's own. */
export const peers = {
  mlflow: {
    name: 'MLflow, PostgreSQL',
    version: (venv) => `MLflow ${version(venv, 'mlflow')}`,
    run: (venv, postgres, work) =>
      withDatabase(postgres, (database) =>
        withServer(
          program(venv, 'mlflow'),
          (folder, port) => [
            'server',
            '--backend-store-uri',
            // Named, as SQLAlchemy 2.1 would look for another driver than 2.0.
            database.replace(/^postgres(ql)?:/, 'postgresql+psycopg2:'),
            '--artifacts-destination',
            join(folder, 'artifacts'),
            '--host',
            '127.0.0.1',
            '--port',
            String(port),
          ],
          work,
        ),
      ),
  },
  'fasttrackml-postgres': {
    name: 'FastTrackML, PostgreSQL',
    version: (venv) => `FastTrackML ${version(venv, 'fml')}`,
    run: (venv, postgres, work) =>
      withDatabase(postgres, (database) =>
        withFastTrackML(venv, () => database.replace(/^postgresql:/, 'postgres:'), work),
      ),
  },
  'fasttrackml-sqlite': {
    name: 'FastTrackML, SQLite',
    version: (venv) => `FastTrackML ${version(venv, 'fml')}`,
    run: (venv, _postgres, work) => withFastTrackML(venv, (folder) => `sqlite://${folder}/fasttrackml.db`, work),
  },
};
