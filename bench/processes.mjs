/**
 * The processes, ports and folders of a benchmark run. A signal ends every process that was started, so that whoever waits
 * for one fails, cleans up and ends; a second signal ends this process at once.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const running = new Set();
let interrupted = false;
const ended = (child) => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

/** Asks a process to end, once: some take a second signal for an order to drop everything. */
function askToEnd(child) {
  if (child.asked || ended(child)) return;
  child.asked = true;
  process.kill(child.leadsGroup ? -child.pid : child.pid, 'SIGTERM');
}
const askAll = () => {
  for (const child of running) askToEnd(child);
};
process.on('exit', askAll);
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    interrupted = true;
    askAll();
  });
}

/**
 * Starts a program in a process group of its own, as a Ctrl-C at the terminal is passed on here.
 * @param settings those of `spawn`, and `endGroup` for a program that would leave its own children behind
 */
export function start(command, args, { endGroup = false, ...settings } = {}) {
  if (interrupted) throw new Error('interrupted');
  const child = spawn(command, args, { stdio: 'ignore', ...settings, detached: true });
  child.leadsGroup = endGroup;
  // Not thrown here: whoever waits for the program to answer says that it ended.
  child.on('error', () => undefined);
  running.add(child);
  return child;
}

/** Ends a program and waits until it is gone. */
export async function stop(child) {
  if (!ended(child)) {
    const exit = once(child, 'exit');
    askToEnd(child);
    await exit;
  }
  running.delete(child);
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until a server answers. @throws Error when its process ends instead, or after two minutes */
export async function answers(url, child) {
  const deadline = Date.now() + 120_000;
  while (Date.now() < deadline) {
    if (ended(child)) throw new Error(`${child.spawnfile} ended before it answered`);
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
