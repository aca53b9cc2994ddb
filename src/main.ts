import './node-version.js';
import { MikroORM } from '@mikro-orm/postgresql';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { endOnSignal, openDatabase, prepareDatabase, run } from './boot.js';
import { type Config, isLoopback, loadConfig } from './config.js';
import { StartupError } from './errors.js';
import { createAdapter, setUpHttp } from './http/http-server.js';
import { serveDocs } from './http/openapi.js';
import { createLogger, NestLogger } from './logger.js';
import { WorkerModule } from './worker.module.js';

/** The HTTP process: API, pages and documentation, and a worker unless it is told `--api-only`. */
await run(async () => {
  const config = loadConfig();
  const apiOnly = process.argv.includes('--api-only');
  const logger = createLogger(config);
  const database = await openDatabase(config, logger);
  try {
    const module = (apiOnly ? AppModule : WorkerModule).register(config, database.target);
    const app = await NestFactory.create<NestFastifyApplication>(module, createAdapter(logger), {
      logger: new NestLogger(logger),
      bodyParser: false,
      abortOnError: false,
    });
    await setUpHttp(app, config);
    await prepareDatabase(app.get(MikroORM), logger);
    serveDocs(app);
    endOnSignal(app, database, logger);
    await listen(app, config);
    const url = config.publicUrl ?? (await app.getUrl());
    logger.info(
      `Cellar serves ${url} (documentation at ${url}/docs)${apiOnly ? '; tasks wait for a worker process' : ''}`,
    );
    if (!isLoopback(config.host)) {
      logger.warn(
        `ALLOW_INSECURE_BIND: everybody who reaches ${config.host}:${config.port} may use and change everything`,
      );
    }
  } catch (error) {
    await database.close();
    throw error;
  }
});

async function listen(app: NestFastifyApplication, { host, port }: Config): Promise<void> {
  try {
    await app.listen(port, host);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    await app.close();
    if (code === 'EADDRINUSE')
      throw new StartupError(`Port ${port} on ${host} is taken.`, 'Set PORT to another one, or end what uses it.');
    if (code === 'EACCES')
      throw new StartupError(`This user may not listen on port ${port}.`, 'Set PORT to one above 1023.');
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new StartupError(
        `${host} is no address of this machine.`,
        'Set HOST to one that is, for instance 127.0.0.1.',
      );
    }
    throw new StartupError(`Can not listen on ${host}:${port}: ${message}`, 'Set HOST and PORT to something else.', {
      cause: error,
    });
  }
}
