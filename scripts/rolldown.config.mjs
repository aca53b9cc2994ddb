/**
 * Packs what `nest build` made, and every library, into few files: Node loads them in half the time, as it need not look for
 * 2,700 modules. The programs keep their places in dist/, what they share goes to dist/packed/.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

const PROGRAMS = ['main', 'worker', 'cli', 'training/training-child'];

/** Reads scripts that lie beside its files. */
const UNPACKABLE = ['bull'];

/** What libraries use where it is installed. They look for it themselves, and do without. */
const NOT_INSTALLED = [
  '@fastify/multipart',
  '@fastify/view',
  /^@nestjs\/(microservices|platform-express|websockets)(\/|$)/,
  'class-transformer',
  'class-validator',
  'pg-native',
  'supports-color',
  'tinyglobby',
];

/** The package of a module, as package-lock.json names it: `node_modules/a`, or `node_modules/b/node_modules/a`. */
const packageOf = (id) => relative(root, id).match(/^node_modules\/(.*\/node_modules\/)?(@[^/]+\/)?[^/]+/)?.[0];

/** A production install leaves out what is only for building; packed, libraries would find it there all the same. */
const productionOnly = {
  name: 'production-only',
  async generateBundle(_, bundle) {
    const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
    for (const id of Object.values(bundle).flatMap(({ moduleIds = [] }) => moduleIds)) {
      const name = packageOf(id);
      if (packages[name]?.dev) this.error(`${name} is a dev dependency: list it in NOT_INSTALLED.`);
    }
  },
};

/** Stack traces lead to our sources. Of libraries they name the packed line: a map of theirs takes 11 MB to read. */
const sourceMaps = {
  name: 'source-maps',
  load: {
    filter: { id: /\.[cm]?js$/ },
    async handler(id) {
      const code = await readFile(id, 'utf8');
      if (id.startsWith(dist))
        return { code, map: existsSync(`${id}.map`) ? await readFile(`${id}.map`, 'utf8') : null };
      return { code, map: { version: 3, sources: [], names: [], mappings: '' } };
    },
  },
};

export default defineConfig({
  input: Object.fromEntries(PROGRAMS.map((program) => [program, `${dist}/${program}.js`])),
  platform: 'node',
  external: [...UNPACKABLE, ...NOT_INSTALLED],
  // Everything is kept: libraries say of modules that they have no effects, and are not always right.
  treeshake: false,
  plugins: [sourceMaps, productionOnly],
  // Decorators look whether types exist, as metadata of their parameters.
  checks: { importIsUndefined: false },
  output: {
    dir: dist,
    entryFileNames: '[name].js',
    chunkFileNames: 'packed/[name]-[hash].js',
    // Names of classes are shown in logs and compared by libraries.
    keepNames: true,
    comments: false,
    sourcemap: true,
  },
  onLog(level, log, show) {
    // Unnoticed, it would be missing where it is used first.
    if (log.code === 'UNRESOLVED_IMPORT') throw new Error(log.message);
    show(level, log);
  },
});
