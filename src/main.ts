import './node-version.js';
import { endOnSignal, run } from './boot.js';
import { loadConfig } from './config.js';
import { createLogger } from './logger.js';
import { startServer } from './server.js';

/** The HTTP process: API, pages and documentation, and a worker unless it is told `--api-only`. */
await run(async () => {
  const config = loadConfig();
  const logger = createLogger(config);
  const server = await startServer(config, logger, process.argv.includes('--api-only'));
  endOnSignal(server.close, logger);
});
