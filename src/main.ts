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
  // Half a second of loading, in which the database starts.
  const { startServer } = await import('./server.js');
  const server = await startServer(config, logger, opening, process.argv.includes('--api-only'));
  endOnSignal(server.close, logger);
});
