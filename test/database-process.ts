/** A process that uses the embedded database like the real ones: argument 1 is DATA_DIR, argument 2 JSON overrides. */
import { Client } from 'pg';
import { openEmbeddedDatabase } from '../src/database/embedded-postgres.js';

const [dataDir = '', overrides = '{}'] = process.argv.slice(2);
const say = (event: object) => process.stdout.write(`${JSON.stringify(event)}\n`);

async function ask(question: string): Promise<unknown> {
  const client = new Client(database.address);
  await client.connect();
  const { rows } = await client.query(question);
  await client.end();
  return rows[0];
}

const database = await openEmbeddedDatabase(
  { dataDir, durable: false, log: (line) => say({ log: line }) },
  JSON.parse(overrides),
);
say({ ready: true, started: database.started, answer: await ask("SELECT lower('Ä') AS lower, length('ä') AS length") });

const alive = setInterval(() => undefined, 60_000);
async function leave(): Promise<void> {
  say({ drained: await ask('SELECT 1 AS one') });
  await database.stop();
  clearInterval(alive);
}
process.once('SIGINT', () => void leave());
process.once('SIGTERM', () => void leave());
