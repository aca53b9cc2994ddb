import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Runs a benchmark with a command line that measures nothing. */
function run(program: string, ...options: string[]) {
  return spawnSync(process.execPath, [join(root, 'bench', program), ...options], { encoding: 'utf8' });
}

describe.each([
  'run-task-bench.mjs',
  'run-tracking-bench.mjs',
  'fill-runs.mjs',
  'search-bench.mjs',
  'memory-bench.mjs',
])('%s', (program) => {
  it('tells its options', () => {
    const { status, stdout, stderr } = run(program, '--help');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`\n  node bench/${program} `);
    const source = readFileSync(join(root, 'bench', program), 'utf8');
    for (const [, name] of source.matchAll(/^ {2,4}'?([a-z-]+)'?: \{ type: 'string'/gm)) {
      expect(stdout).toContain(`--${name} `);
    }
  });

  it('says what is wrong with one, and how it is meant', () => {
    const { status, stdout, stderr } = run(program, '--nothing');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^Unknown option '--nothing'/);
    expect(stderr).toContain(`node bench/${program} `);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

it.each([
  ['search-bench.mjs', 'experiment'],
  ['memory-bench.mjs', 'pid'],
  ['run-tracking-bench.mjs', 'venv'],
])('%s says what it needs', (program, name) => {
  const { status, stderr } = run(program);
  expect(status).toBe(2);
  expect(stderr).toMatch(new RegExp(`^--${name} is missing: `));
});
