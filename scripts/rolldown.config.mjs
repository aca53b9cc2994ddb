/**
 * Packs what `nest build` made, and every library, into few files: Node needs a third of the time to load them, as it looks
 * for 2,700 modules no more. The programs keep their places in dist/, what they share goes to dist/packed/.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'rolldown';

const dist = fileURLToPath(new URL('../dist', import.meta.url));

const PROGRAMS = ['main', 'worker', 'cli', 'training/training-child'];

/** Read files that lie beside their own, or are built for one machine. */
const UNPACKABLE = ['bull'];

/** What libraries would use if it were installed. They ask for it themselves, and do without. */
const NOT_INSTALLED = [
  /^@nestjs\/(microservices|websockets|platform-express)(\/|$)/,
  '@fastify/multipart',
  '@fastify/view',
  'class-transformer',
  'class-validator',
  'pg-native',
];

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
  plugins: [sourceMaps],
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
    // Unnoticed, a library would be missing where it is used first.
    if (log.code === 'UNRESOLVED_IMPORT') throw new Error(log.message);
    show(level, log);
  },
});
