import './node-version.js';
import './node-flags.js';
import { readOptions } from './arguments.js';
import { endOnSignal, openDatabase, run } from './boot.js';
import { loadConfig } from './config.js';
import { createLogger } from './logger.js';

/** The HTTP process: API, pages and documentation, and a worker unless it is told `--api-only`. */
await run(async () => {
  const { apiOnly = false } = await readOptions<{ apiOnly: boolean }>(
    'main.js',
    'Serves the API, the pages and the documentation, and executes tasks.',
    (command) => command.option('--api-only', 'leave the tasks to worker processes'),
  );
  const config = loadConfig();
  const logger = createLogger(config);
  const opening = openDatabase(config, logger);
  // If it fails, whoever awaits it below says so.
  opening.catch(() => undefined);
  const started = loadServer().then((startServer) => startServer(config, logger, opening, apiOnly));
  // From the start: what a signal interrupts is finished and then stopped, so that nothing stays behind.
  endOnSignal(async () => (await started).close(), logger);
  await started;
});

/** Takes a moment, in which the database starts. */
async function loadServer() {
  return (await import('./server.js')).startServer;
}
