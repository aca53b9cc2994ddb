import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Nothing listens there, so every connection is refused; no server is needed for this. */
const NO_REDIS = 'redis://127.0.0.1:1';

/**
 * What @nestjs/bull does with a processor, in a process of its own, because an unhandled rejection ends it: starts to
 * process, waits for nobody, and disconnects at the end. Bull notices only a connection that is just being made.
 */
const PROGRAM = `
  import Bull from 'bull';
  import { BullQueue } from './dist/tasks/queue/bull-queue.js';
  const queue = new Bull('cellar-tasks', '${NO_REDIS}', { prefix: 'cellar' });
  new BullQueue(queue).onModuleInit();
  queue.process.call(queue, 'wake', 1, async () => undefined);
  await queue.isReady();
  const connection = queue.eclient;
  while (connection.status !== 'connecting') await new Promise((resolve) => setImmediate(resolve));
  const end = new Promise((resolve) => connection.once('end', resolve));
  connection.disconnect();
  await end;
  await new Promise((resolve) => setImmediate(resolve));
  process.exit(0);
`;

describe('a queue whose Redis was never there', () => {
  it('ends without taking its process down', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], {
      cwd: new URL('..', import.meta.url),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    child.stderr.on('data', (text: Buffer) => {
      output += text.toString();
    });
    const [exitCode] = await once(child, 'exit');
    expect([exitCode, output]).toEqual([0, '']);
  });
});
