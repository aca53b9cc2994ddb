/** `npm run build`: the server by `nest build`, the pages by `vite build`. Told `--if-changed`, it builds only what did. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const PARTS = [
  {
    name: 'server',
    command: ['nest', 'build'],
    result: 'dist/main.js',
    sources: [
      'src',
      'package.json',
      'package-lock.json',
      'nest-cli.json',
      'tsconfig.json',
      'tsconfig.build.json',
      '.swcrc',
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
    command: ['vite', 'build', '--config', 'src/web/vite.config.ts', '--logLevel', 'warn'],
    result: 'dist/web/index.html',
    sources: ['src/web', 'package-lock.json'],
    clean: () => rmSync(join(root, 'dist/web'), { recursive: true, force: true }),
  },
];

/** Builds every part, or only those whose sources changed since their last build. */
export function build({ onlyChanged }) {
  // An installed copy holds what was built and no sources.
  if (!existsSync(join(root, 'src/main.ts'))) return;
  for (const part of PARTS) {
    const digest = digestOf(part);
    const stamp = join(root, 'dist/.digests', part.name);
    const current = existsSync(join(root, part.result)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest;
    if (onlyChanged && current) continue;
    process.stdout.write(`Building the ${part.name} …\n`);
    part.clean();
    const { status, error, stdout, stderr } = spawnSync(part.command[0], part.command.slice(1), {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
      shell: process.platform === 'win32',
    });
    if (status !== 0) {
      process.stderr.write(
        `${stdout ?? ''}${stderr ?? ''}\nBuilding the ${part.name} failed${error ? `: ${error.message}` : ''}.\n`,
      );
      process.exit(1);
    }
    mkdirSync(join(root, 'dist/.digests'), { recursive: true });
    writeFileSync(stamp, digest);
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

if (process.argv[1] === fileURLToPath(import.meta.url)) build({ onlyChanged: process.argv.includes('--if-changed') });
