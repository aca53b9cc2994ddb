/** The processes, ports and folders of a benchmark run. Whatever is still running when this process ends is ended with it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const running = new Set();
const ended = (child) => child.exitCode !== null || child.signalCode !== null;

/** Sends a signal to a process, and to the rest of its group if it was started `detached`, which makes it a group's first. */
function signalTo({ pid, spawnargs, leadsGroup }, signal) {
  try {
    process.kill(leadsGroup ? -pid : pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw new Error(`${spawnargs[0]} can not be ended`, { cause: error });
  }
}

/** Starts a program. One that leaves its own children behind at SIGTERM is started with `detached: true`. */
export function start(command, args, settings = {}) {
  const child = Object.assign(spawn(command, args, { stdio: 'ignore', ...settings }), {
    leadsGroup: settings.detached === true,
  });
  // Not thrown here: whoever waits for the program to answer says that it ended.
  child.on('error', () => undefined);
  running.add(child);
  return child;
}

/** Ends a program and waits until it is gone. */
export async function stop(child, signal = 'SIGTERM') {
  if (child.pid !== undefined && !ended(child)) {
    const exit = once(child, 'exit');
    signalTo(child, signal);
    await exit;
  }
  running.delete(child);
}

process.on('exit', () => {
  for (const child of running) if (child.pid !== undefined) signalTo(child, 'SIGTERM');
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until a server answers. @throws Error when its process ends instead, or after a minute */
export async function answers(url, child) {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (child.pid === undefined || ended(child))
      throw new Error(`${child.spawnargs.join(' ')} ended before it answered`);
    const ok = await fetch(url).then(
      (response) => response.status < 500,
      () => false,
    );
    if (ok) return;
    await sleep(100);
  }
  throw new Error(`${url} does not answer`);
}

/** Gives `work` a new folder, and removes it when that is done. */
export async function withFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'cellar-bench-'));
  // Under root the embedded database runs as another user, who must be able to enter.
  chmodSync(folder, 0o755);
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
