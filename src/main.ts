import './node-version.js';
import { endOnSignal, openDatabase, run } from './boot.js';
import { loadConfig } from './config.js';
import { createLogger } from './logger.js';

/** The HTTP process: API, pages and documentation, and a worker unless it is told `--api-only`. */
await run(async () => {
  const config = loadConfig();
  const logger = createLogger(config);
  const opening = openDatabase(config, logger);
  // If it fails, whoever awaits it below says so.
  opening.catch(() => undefined);
  const started = loadServer().then((startServer) =>
    startServer(config, logger, opening, process.argv.includes('--api-only')),
  );
  // From the start: what a signal interrupts is finished and then stopped, so that nothing stays behind.
  endOnSignal(async () => (await started).close(), logger);
  await started;
});

/** Half a second, in which the database starts. */
async function loadServer() {
  return (await import('./server.js')).startServer;
}
