import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDataFolder } from './data-folder.js';
import type { EmbeddedDatabase, EmbeddedOptions, SystemOverrides } from './embedded-database.js';
import { EmbeddedServer } from './embedded-server.js';
import { recordedHome } from './postgres-home.js';

export type { DatabaseAddress, EmbeddedDatabase, EmbeddedOptions, SystemOverrides } from './embedded-database.js';

/**
 * Opens the PostgreSQL server of a data folder: attaches to the one that runs, even if whoever started it was killed,
 * and otherwise starts one. If the server dies meanwhile, it is started again.
 * @throws StartupError for everything that keeps it from starting.
 */
export async function openEmbeddedDatabase(
  { dataDir, log, durable = true }: EmbeddedOptions,
  overrides: SystemOverrides = {},
): Promise<EmbeddedDatabase> {
  const server = new EmbeddedServer(makeDataFolder(dataDir), log, durable, overrides);
  await server.open();
  return server;
}

/** Removes a stopped cluster, also one that root had to place outside of its data folder. */
export async function removeEmbeddedDatabase(dataDir: string): Promise<void> {
  for (const path of [join(dataDir, 'postgres'), recordedHome(dataDir)]) {
    if (path !== undefined) await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
}
