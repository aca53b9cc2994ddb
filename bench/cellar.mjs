/** Cellar as `npm start` runs it, for a benchmark: a new data folder, a free port, warnings only. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answers, freePort, start, stop, withFolder } from './processes.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The Node that npm's scripts run: the project's own, whatever this program runs on. */
const node = join(root, 'node_modules/.bin/node');

/**
 * Runs Cellar while `work` lasts.
 * @param settings environment variables of their own, as REDIS_URL or DATABASE_URL; without the latter the database is the embedded one
 * @param work gets the address of the server
 */
export function withCellar(settings, work) {
  return withFolder(async (dataDir) => {
    const port = await freePort();
    const env = {
      ...process.env,
      DATABASE_URL: '',
      REDIS_URL: '',
      ...settings,
      DATA_DIR: dataDir,
      PORT: String(port),
      LOG_LEVEL: 'warn',
    };
    const cellar = start(node, ['--max-semi-space-size=8', join(root, 'scripts/run.mjs'), 'main'], {
      env,
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    try {
      const url = `http://127.0.0.1:${port}`;
      await answers(`${url}/health/ready`, cellar);
      return await work(url);
    } finally {
      await stop(cellar);
    }
  });
}
