import './node-version.js';
import './node-flags.js';
import { MikroORM } from '@mikro-orm/postgresql';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Logger } from 'pino';
import { readOptions } from './arguments.js';
import { endInTime, endOnSignal, openDatabase, prepareDatabase, run } from './boot.js';
import { type Config, loadConfig } from './config.js';
import { createAdapter } from './http/http-server.js';
import { createLogger, NestLogger } from './logger.js';
import { WorkerModule } from './worker.module.js';

/** The process that executes tasks and listens on no port. */
await run(async () => {
  await readOptions('worker.js', 'Executes tasks and listens on no port.');
  const config = loadConfig();
  const logger = createLogger(config);
  const started = startWorker(config, logger);
  endOnSignal(async () => (await started)(), logger);
  await started;
  logger.info(`Worker ready, ${config.workerSlots} ${config.workerSlots === 1 ? 'slot' : 'slots'}`);
});

/** @returns what ends it: running tasks first, the database last */
async function startWorker(config: Config, logger: Logger): Promise<() => Promise<void>> {
  const database = await openDatabase(config, logger);
  let app: INestApplication | undefined;
  try {
    app = await NestFactory.create(await WorkerModule.register(config, database.target), createAdapter(logger), {
      logger: new NestLogger(logger),
      abortOnError: false,
    });
    await prepareDatabase(app.get(MikroORM), logger);
    await app.init();
  } catch (error) {
    await app?.close().catch(() => undefined);
    await database.close();
    throw error;
  }
  const started = app;
  return async () => {
    try {
      await endInTime(started.close(), logger);
    } finally {
      await database.close();
    }
  };
}
