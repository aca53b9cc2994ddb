import { MikroORM } from '@mikro-orm/postgresql';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { AppModule } from './app.module.js';
import { endInTime, type OpenDatabase, prepareDatabase } from './boot.js';
import { type Config, isLoopback } from './config.js';
import { makeWritableDataFolder } from './database/data-folder.js';
import { StartupError } from './errors.js';
import { createAdapter, setUpHttp } from './http/http-server.js';
import { serveDocs } from './http/openapi.js';
import { type Rehearsal, warmUp } from './http/warm-up.js';
import { NestLogger } from './logger.js';
import { PurgeService } from './runs/purge.service.js';
import { WorkerModule } from './worker.module.js';

/** Asks for a task that does not exist, and for one that can not: through every layer, and nothing is written. */
const REHEARSALS: Rehearsal[] = [
  { method: 'GET', path: '/task/00000000-0000-7000-8000-000000000000' },
  { method: 'POST', path: '/experiment/wine-quality/', body: '{"alpha":-1}' },
];

/** A server that answers requests. */
export interface RunningServer {
  /** Where it is reached, without a slash at its end. */
  url: string;
  /** Lets running work end, then stops everything that was started, the database last. */
  close: () => Promise<void>;
}

/**
 * Starts API and documentation, and a worker unless `apiOnly`.
 * @param opening the database, which may still be starting while this module is loaded
 * @throws StartupError where something must be set or freed first; nothing is left running then
 */
export async function startServer(
  config: Config,
  logger: Logger,
  opening: Promise<OpenDatabase>,
  apiOnly: boolean,
): Promise<RunningServer> {
  const database = await opening;
  const ending = new AbortController();
  let app: NestFastifyApplication | undefined;
  try {
    makeWritableDataFolder(config.dataDir);
    const module = await (apiOnly ? AppModule : WorkerModule).register(config, database.target);
    app = await NestFactory.create<NestFastifyApplication>(module, createAdapter(logger), {
      logger: new NestLogger(logger),
      bodyParser: false,
      abortOnError: false,
    });
    await setUpHttp(app, config);
    const schemaChanged = await prepareDatabase(app.get(MikroORM), logger);
    serveDocs(app);
    await app.init();
    const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
    await fastify.ready();
    await warmUp(fastify, REHEARSALS, { inHurry: !schemaChanged, ending: ending.signal });
    await listen(app, config);
    app.get(PurgeService).begin();
  } catch (error) {
    ending.abort();
    await app?.close().catch(() => undefined);
    await database.close();
    throw error;
  }
  const started = app;
  const url = config.publicUrl ?? (await started.getUrl());
  logger.info(
    `Cellar serves ${url} (documentation at ${url}/docs)${apiOnly ? '; tasks wait for a worker process' : ''}`,
  );
  if (!isLoopback(config.host)) {
    logger.warn(
      `ALLOW_INSECURE_BIND: everybody who reaches ${config.host}:${config.port} may use and change everything`,
    );
  }
  return {
    url,
    close: async () => {
      ending.abort();
      try {
        await endInTime(started.close(), logger);
      } finally {
        await database.close();
      }
    },
  };
}

async function listen(app: NestFastifyApplication, { host, port }: Config): Promise<void> {
  try {
    await app.listen(port, host);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
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
