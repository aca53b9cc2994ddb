import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { temporaryFolder } from './cellar-process.js';

const DIST = join(import.meta.dirname, '../dist');
/** A program that starts instead would never end. */
const LIMIT_MS = 10_000;

describe.each(['main', 'worker'])('the command line of %s', (program) => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;

  beforeAll(async () => {
    folder = await temporaryFolder();
  });
  afterAll(() => folder.remove());

  function call(args: string[], env: Record<string, string> = {}) {
    const dataDir = join(folder.path, 'data');
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(DIST, `${program}.js`), ...args], {
      env: { PATH: process.env.PATH, PORT: '0', DATA_DIR: dataDir, ...env },
      cwd: tmpdir(),
      encoding: 'utf8',
      timeout: LIMIT_MS,
    });
    expect(existsSync(dataDir)).toBe(false);
    return { status, stdout, stderr };
  }

  it.each(['--help', '-h'])('explains itself after %s, whatever the settings', (flag) => {
    const { status, stdout, stderr } = call([flag], { PORT: 'none' });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`Usage: node dist/${program}.js [options]`);
    expect(stdout).toContain('.env.example');
    expect(stdout.includes('--api-only')).toBe(program === 'main');
  });

  it('tells its version', () => {
    const { status, stdout } = call(['--version']);
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
  });

  it.each([['--apionly'], ['start'], ['--port=1'], ['-x', '--help=yes'], ['']])(
    'refuses %j with its usage and exit code 2',
    (...args) => {
      const { status, stdout, stderr } = call(args);
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^error: (unknown option|too many arguments)[\s\S]+Usage: node dist/);
    },
  );

  it('takes --api-only where there is an API', () => {
    // The start goes on to the settings, and stops there.
    const { status, stderr } = call(['--api-only'], { PORT: 'none' });
    expect(status).toBe(program === 'main' ? 1 : 2);
    expect(stderr).toMatch(program === 'main' ? /PORT must be/ : /unknown option '--api-only'/);
  });
});

describe('the command line of cli', () => {
  it.each([
    [['nope'], 2, /unknown command 'nope'[\s\S]+Usage: cellar/],
    [['demo', '--port', '0x10'], 2, /whole number from 0 to 65535[\s\S]+Usage: cellar demo/],
    [['openapi', '--out', '/nowhere/openapi.json'], 1, /can not be written[\s\S]+--out/],
  ])('answers %j with exit code %i and what is wrong', (args, exitCode, words) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(DIST, 'cli.js'), ...args], {
      env: { PATH: process.env.PATH },
      cwd: tmpdir(),
      encoding: 'utf8',
      timeout: LIMIT_MS,
    });
    expect([status, stdout]).toEqual([exitCode, '']);
    expect(stderr).toMatch(words);
    expect(stderr).not.toContain('    at ');
  });
});
