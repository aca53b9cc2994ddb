import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertOwnHome, makeHome, recordedHome } from '../src/database/postgres-home.js';
import { StartupError } from '../src/errors.js';

let root: string;
let dataDir: string;
let home: string;

/** A data folder whose cluster lies elsewhere. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cellar-test-'));
  dataDir = join(root, 'data');
  mkdirSync(dataDir);
  home = makeHome(dataDir, join(root, 'system'));
  mkdirSync(join(home, 'postgres'));
});

afterEach(() => rmSync(root, { recursive: true }));

function refusalOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(StartupError);
    const { message, remedy } = error as StartupError;
    return `${message}\n${remedy}`;
  }
  return '';
}

it('finds the place again that it made', () => {
  expect(recordedHome(dataDir)).toBe(home);
  expect(refusalOf(() => assertOwnHome(dataDir, home))).toBe('');
});

it('lets a folder move, and lets no copy of it use the same database', () => {
  const moved = join(root, 'moved');
  renameSync(dataDir, moved);
  expect(refusalOf(() => assertOwnHome(moved, home))).toBe('');

  const copy = join(root, 'copy');
  cpSync(moved, copy, { recursive: true });
  if (process.getuid?.() === 0) expect(refusalOf(() => assertOwnHome(copy, home))).toContain(`a copy of ${moved}`);
  expect(refusalOf(() => assertOwnHome(moved, home))).toBe('');
});

it('lets a copy have a copy of the database', () => {
  const copy = join(root, 'copy');
  cpSync(dataDir, copy, { recursive: true });
  expect(refusalOf(() => assertOwnHome(copy, home))).toContain('postgres.location');
  const copiedHome = join(root, 'copied home');
  cpSync(home, copiedHome, { recursive: true });
  expect(refusalOf(() => assertOwnHome(copy, copiedHome))).toBe('');
});

it('never begins with an empty database where there was one', () => {
  rmSync(dataDir, { recursive: true });
  mkdirSync(dataDir);
  expect(refusalOf(() => makeHome(dataDir, join(root, 'system')))).toContain(`remove ${home}`);

  renameSync(home, `${home}-away`);
  expect(refusalOf(() => assertOwnHome(dataDir, home))).toMatch(/no such folder\.\nRestore or mount it/);
});
