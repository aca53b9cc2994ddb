#!/usr/bin/env node
import './node-version.js';
import './node-flags.js';
import { writeFile } from 'node:fs/promises';
import { MikroORM } from '@mikro-orm/postgresql';
import { NestFactory } from '@nestjs/core';
import { Command, InvalidArgumentError } from 'commander';
import type { Logger } from 'pino';
import { AppModule } from './app.module.js';
import { endFor } from './arguments.js';
import { endOnSignal, openDatabase, prepareDatabase, run } from './boot.js';
import { type Config, loadConfig, readConfig } from './config.js';
import { databaseTargetOf } from './database/database-url.js';
import { demo } from './demo.js';
import { StartupError } from './errors.js';
import { createAdapter } from './http/http-server.js';
import { openApiDocument } from './http/openapi.js';
import { createLogger } from './logger.js';
import { ormOptions } from './orm.js';
import { VERSION } from './version.js';

const program = new Command('cellar')
  .description('Runs machine-learning experiments and keeps every result.')
  .version(VERSION)
  .showHelpAfterError()
  .exitOverride(endFor);

program
  .command('demo')
  .description('start everything on a fresh data folder, run a grid of wine-quality tasks, show the results')
  .option('--exit', 'stop when the results are shown; exit code 1 if a task failed', false)
  .option('--port <number>', 'where to serve (default: PORT, or a free one where that is taken)', portNumber)
  .action(demo);

program
  .command('migrate')
  .description('bring the schema of the database up to this version, then end')
  .action(migrateOnce);

program
  .command('openapi')
  .description('write the description of every route; needs no database')
  .option('--out <file>', 'where to', 'openapi.json')
  .action(writeOpenApi);

await run(async () => {
  await program.parseAsync();
});

async function migrateOnce(): Promise<void> {
  const config = loadConfig();
  const logger = createLogger(config);
  const migrating = bringUpToDate(config, logger);
  endOnSignal(() => migrating, logger);
  await migrating;
  logger.info('the schema is current');
}

async function bringUpToDate(config: Config, logger: Logger): Promise<void> {
  const database = await openDatabase(config, logger);
  try {
    const orm = await MikroORM.init({
      ...ormOptions(database.target),
      logger: (line) => logger.debug({ context: 'migrator' }, line),
    });
    try {
      await prepareDatabase(orm, logger);
    } finally {
      await orm.close();
    }
  } finally {
    await database.close();
  }
}

async function writeOpenApi({ out }: { out: string }): Promise<void> {
  const config = readConfig({});
  // In preview nothing is instantiated, so nothing is connected.
  const app = await NestFactory.create(
    await AppModule.register(config, databaseTargetOf('postgresql://unused/cellar')),
    createAdapter(createLogger({ ...config, logLevel: 'silent' })),
    { preview: true, logger: false, abortOnError: false },
  );
  await writeFile(out, `${JSON.stringify(openApiDocument(app), null, 2)}\n`).catch((cause: Error) => {
    throw new StartupError(`${out} can not be written: ${cause.message}`, 'Name another file with --out.', { cause });
  });
  process.stdout.write(`${out} written\n`);
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
  return port;
}
