import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endOnSignal, openDatabase } from './boot.js';
import { loadConfig } from './config.js';
import { removeEmbeddedDatabase } from './database/embedded-postgres.js';
import { createLogger } from './logger.js';
import { startServer } from './server.js';

const EXPERIMENT = '/experiment/wine-quality/';
const ALPHAS = [0.001, 0.01, 0.1, 0.5, 1];
const L1_RATIOS = [0.1, 0.3, 0.5, 0.7, 0.9];

const POLL_MS = 50;
const BAR_WIDTH = 30;

/** What the demo reads of a task. */
interface DemoTask {
  task_id: string;
  status: string;
  input: { alpha: number; l1_ratio: number };
  result: { rmse: number; mae: number; r2: number } | null;
  wait_seconds: number;
  run_seconds: number | null;
  error: string | null;
}

const COLUMNS: { title: string; cell: (task: DemoTask) => string }[] = [
  { title: 'alpha', cell: ({ input }) => String(input.alpha) },
  { title: 'l1_ratio', cell: ({ input }) => String(input.l1_ratio) },
  { title: 'rmse', cell: ({ result }) => String(result?.rmse ?? '-') },
  { title: 'mae', cell: ({ result }) => String(result?.mae ?? '-') },
  { title: 'r2', cell: ({ result }) => String(result?.r2 ?? '-') },
  { title: 'wait', cell: ({ wait_seconds }) => duration(wait_seconds) },
  { title: 'runtime', cell: ({ run_seconds }) => (run_seconds === null ? '-' : duration(run_seconds)) },
];

/**
 * Starts everything on a fresh data folder, trains a grid over REST as any client would, and shows what came out. Serves on
 * until it is told to end, unless `exit`. The folder is removed at the end.
 */
export async function demo({ exit, port }: { exit: boolean; port?: number }): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cellar-demo-'));
  // Under root the database runs as another user, who must be able to enter.
  await chmod(dataDir, 0o755);
  const settings = { DATA_DIR: dataDir, DATABASE_URL: '', REDIS_URL: '', PUBLIC_URL: '' };
  const configured = loadConfig(
    { ...settings, ...(port !== undefined && { PORT: String(port) }) },
    { LOG_LEVEL: 'warn' },
  );
  const config = { ...configured, port: port ?? (await freeOr(configured.port, configured.host)) };
  const logger = createLogger(config);
  process.stdout.write('Starting the database, the API and a worker …\n');
  const started = startServer(config, logger, openDatabase(config, logger), false);
  const ending = new AbortController();
  const close = async () => {
    ending.abort();
    await started.then(
      (server) => server.close(),
      () => undefined,
    );
    await removeEmbeddedDatabase(dataDir);
    await rm(dataDir, { recursive: true, force: true });
  };
  endOnSignal(close, logger);
  try {
    const { url } = await started;
    const tasks = await finishAll(url, await submitGrid(url), ending.signal);
    const failed = tasks.filter(({ status }) => status !== 'SUCCESS');
    process.stdout.write(`\n${table(tasks)}\n`);
    for (const { task_id, error } of failed) process.stdout.write(`task ${task_id} failed: ${error}\n`);
    process.stdout.write(`\nTasks   ${url}/\nAPI     ${url}/docs\nHealth  ${url}/health\n`);
    if (!exit) {
      process.stdout.write('\nServing until Ctrl-C; the data of the demo is removed then. `npm start` keeps yours.\n');
      return;
    }
    await close();
    process.exit(failed.length > 0 ? 1 : 0);
  } catch (error) {
    // Whoever interrupted it closes, and tells how that went.
    if (ending.signal.aborted) return;
    await close();
    throw error;
  }
}

async function submitGrid(url: string): Promise<string[]> {
  const grid = ALPHAS.flatMap((alpha) => L1_RATIOS.map((l1_ratio) => ({ alpha, l1_ratio })));
  return Promise.all(
    grid.map(async (input) => {
      const response = await fetch(url + EXPERIMENT, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(input),
      });
      const body = (await response.json()) as { task_id: string; message?: string };
      if (response.status !== 202) throw new Error(`POST ${EXPERIMENT} answered ${response.status}: ${body.message}`);
      return body.task_id;
    }),
  );
}

/** Asks until every task has ended, and draws how far they are. @throws the reason of the signal */
async function finishAll(url: string, ids: string[], signal: AbortSignal): Promise<DemoTask[]> {
  const start = performance.now();
  const done = new Map<string, DemoTask>();
  while (done.size < ids.length) {
    for (const id of ids.filter((id) => !done.has(id))) {
      signal.throwIfAborted();
      const response = await fetch(`${url}${EXPERIMENT}tasks/${id}`);
      if (!response.ok) throw new Error(`GET ${EXPERIMENT}tasks/${id} answered ${response.status}`);
      const task = (await response.json()) as DemoTask;
      if (['SUCCESS', 'FAILURE', 'REVOKED'].includes(task.status)) done.set(id, task);
      drawProgress(done.size, ids.length, performance.now() - start);
    }
    if (done.size < ids.length) await sleep(POLL_MS);
  }
  return ids.map((id) => done.get(id)).filter((task) => task !== undefined);
}

/** A bar that is redrawn on a terminal; elsewhere only its last state is printed. */
function drawProgress(done: number, total: number, elapsedMs: number): void {
  const filled = Math.round((BAR_WIDTH * done) / total);
  const eta = done === 0 ? '?' : duration((elapsedMs / done / 1000) * (total - done));
  const line = `[${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}] ${done}/${total} tasks, ETA ${eta}`;
  if (process.stdout.isTTY) process.stdout.write(`\r${line.padEnd(BAR_WIDTH + 40)}${done === total ? '\n' : ''}`);
  else if (done === total) process.stdout.write(`${line}\n`);
}

function table(tasks: DemoTask[]): string {
  const best = tasks.reduce((a, b) => ((b.result?.rmse ?? Infinity) < (a.result?.rmse ?? Infinity) ? b : a));
  const rows = tasks.map((task) => COLUMNS.map(({ cell }) => cell(task)));
  const widths = COLUMNS.map(({ title }, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const lineOf = (cells: string[]) => cells.map((cell, i) => cell.padEnd(widths[i])).join('  ');
  return [
    `  ${lineOf(COLUMNS.map(({ title }) => title))}`,
    `  ${widths.map((width) => '─'.repeat(width)).join('  ')}`,
    ...rows.map(
      (row, i) => `${tasks[i] === best ? '★' : ' '} ${lineOf(row)}${tasks[i] === best ? ' ← best rmse' : ''}`,
    ),
  ].join('\n');
}

function duration(seconds: number): string {
  return seconds < 1 ? `${(seconds * 1000).toFixed(1)} ms` : `${seconds.toFixed(1)} s`;
}

/** The wanted port, or 0 where something else has it. */
function freeOr(port: number, host: string): Promise<number> {
  return new Promise((resolve) => {
    const probe = connect({ port, host });
    probe.once('connect', () => {
      probe.destroy();
      process.stdout.write(`Port ${port} is taken, so the demo takes a free one.\n`);
      resolve(0);
    });
    probe.once('error', () => resolve(port));
  });
}
