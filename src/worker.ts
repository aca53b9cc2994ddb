import './node-version.js';
import { MikroORM } from '@mikro-orm/postgresql';
import { NestFactory } from '@nestjs/core';
import { endOnSignal, openDatabase, prepareDatabase, run } from './boot.js';
import { loadConfig } from './config.js';
import { createAdapter } from './http/http-server.js';
import { createLogger, NestLogger } from './logger.js';
import { WorkerModule } from './worker.module.js';

/** The process that executes tasks and listens on no port. */
await run(async () => {
  const config = loadConfig();
  const logger = createLogger(config);
  const database = await openDatabase(config, logger);
  try {
    const app = await NestFactory.create(WorkerModule.register(config, database.target), createAdapter(logger), {
      logger: new NestLogger(logger),
      abortOnError: false,
    });
    await prepareDatabase(app.get(MikroORM), logger);
    endOnSignal(app, database, logger);
    await app.init();
    logger.info(`Worker ready: ${config.workerSlots} slots`);
  } catch (error) {
    await database.close();
    throw error;
  }
});
