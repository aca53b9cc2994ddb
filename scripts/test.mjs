/** `npm test`: formatter, linter, types, build, then every test. `--static` stops before the build; other arguments go to jest. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { provideRedis } from './provide-redis.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => join(root, 'node_modules/.bin', name);

/** Everything that the tests write lies here, so that nothing is left behind. */
const temporary = mkdtempSync(join(tmpdir(), 'cellar-tests-'));
// Under root the databases run as another user, who must be able to enter.
chmodSync(temporary, 0o755);

function run(title, command, ...args) {
  const start = performance.now();
  process.stdout.write(`\n▸ ${title}\n`);
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      TMPDIR: temporary,
      PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH}`,
    },
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    process.stderr.write(`\n✗ ${title} failed\n`);
    finish(1);
  }
  process.stdout.write(`✓ ${title} (${((performance.now() - start) / 1000).toFixed(1)} s)\n`);
}

function finish(code) {
  rmSync(temporary, { recursive: true, force: true, maxRetries: 3 });
  process.exit(code);
}

const args = process.argv.slice(2);
run('format and lint', bin('biome'), 'ci', '.');
run('lint with types', bin('oxlint'), '--type-aware', 'src', 'test', 'scripts');
run('types of the server', bin('tsc'), '-p', 'tsconfig.json');
run('types of the pages', bin('tsc'), '-p', 'src/web/tsconfig.json');
if (args.includes('--static')) finish(0);
await build({ onlyChanged: true });
provideRedis();
const jest = (title, ...rest) =>
  run(
    title,
    process.execPath,
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join(root, 'node_modules/jest/bin/jest.js'),
    '--maxWorkers=2',
    ...rest,
  );
// What has to be done in time is measured alone, so that a slow machine is not made slower by the other tests.
const TIMED = ['embedded-postgres', 'database-folder', 'postgres-programs'].map((name) => `test/${name}.spec.ts`);
if (args.length > 0) {
  jest('tests', ...args);
} else {
  jest('tests with a limit of time', ...TIMED);
  jest('tests', '--testPathIgnorePatterns', ...TIMED, '/node_modules/');
}
finish(0);
