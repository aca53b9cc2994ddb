/**
 * `npm run build`: the server by `nest build`, packed by Rolldown, and the pages by `vite build`. Told `--if-changed`, it
 * builds only what did.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import lockfile from 'proper-lockfile';

const root = fileURLToPath(new URL('..', import.meta.url));

const PARTS = [
  {
    name: 'server',
    commands: ['nest build', 'rolldown --config scripts/rolldown.config.mjs'],
    result: 'dist/main.js',
    sources: [
      'src',
      'package.json',
      'package-lock.json',
      'nest-cli.json',
      'tsconfig.json',
      'tsconfig.build.json',
      '.swcrc',
      'scripts/rolldown.config.mjs',
    ],
    skip: 'src/web',
    /** What an earlier build left and this one does not overwrite. */
    clean: () => {
      for (const name of existsSync(join(root, 'dist')) ? readdirSync(join(root, 'dist')) : []) {
        if (name !== 'web' && name !== '.digests') rmSync(join(root, 'dist', name), { recursive: true });
      }
    },
  },
  {
    name: 'pages',
    commands: ['vite build --config src/web/vite.config.ts --logLevel warn'],
    result: 'dist/web/index.html',
    sources: ['src/web', 'package-lock.json'],
    clean: () => rmSync(join(root, 'dist/web'), { recursive: true, force: true }),
  },
];

/** A build takes less than a minute on slow machines. What a killed one left counts for no more than 10 s. */
const LOCK = {
  lockfilePath: join(root, 'node_modules/.cellar-build.lock'),
  stale: 10_000,
  retries: { retries: 600, factor: 1, minTimeout: 200 },
};

/** Builds every part, or only those whose sources changed since their last build. Of several at once one builds, the others wait. */
export async function build({ onlyChanged }) {
  // An installed copy holds what was built and no sources.
  if (!existsSync(join(root, 'src/main.ts'))) return;
  if (onlyChanged && PARTS.every(isCurrent)) return;
  const release = await lockfile.lock(root, LOCK);
  try {
    for (const part of PARTS) if (!onlyChanged || !isCurrent(part)) await buildPart(part);
  } finally {
    await release();
  }
}

function isCurrent(part) {
  const stamp = stampOf(part);
  return existsSync(join(root, part.result)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digestOf(part);
}

const stampOf = ({ name }) => join(root, 'dist/.digests', name);

async function buildPart(part) {
  const digest = digestOf(part);
  process.stdout.write(`Building the ${part.name} …\n`);
  // From here on until the end there is no whole result.
  rmSync(stampOf(part), { force: true });
  part.clean();
  for (const command of part.commands) await runCommand(command, part.name);
  mkdirSync(join(root, 'dist/.digests'), { recursive: true });
  writeFileSync(stampOf(part), digest);
}

/** What it prints is shown where it fails, and that ends the process. */
async function runCommand(command, name) {
  const [program, ...options] = command.split(' ');
  const child = spawn(program, options, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH}` },
    shell: process.platform === 'win32',
  });
  const printed = Promise.all([text(child.stdout), text(child.stderr)]);
  try {
    const [status] = await once(child, 'close');
    if (status !== 0) throw new Error(`exit code ${status}`);
  } catch (error) {
    process.stderr.write(`${(await printed).join('')}\nBuilding the ${name} failed: ${error.message}.\n`);
    process.exit(1);
  }
}

function digestOf({ sources, skip }) {
  const hash = createHash('sha256').update(process.version);
  for (const source of sources) addTo(hash, source, skip);
  return hash.digest('hex');
}

function addTo(hash, path, skip) {
  if (path === skip) return;
  const full = join(root, path);
  const entries = listing(full);
  if (entries) for (const name of entries) addTo(hash, `${path}/${name}`, skip);
  else hash.update(path).update('\0').update(readFileSync(full)).update('\0');
}

/** The sorted names in a folder; undefined for a file. */
function listing(path) {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    if (error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await build({ onlyChanged: process.argv.includes('--if-changed') });
