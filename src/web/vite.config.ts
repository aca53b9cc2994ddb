import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const ROOT = import.meta.dirname;
const API = 'http://127.0.0.1:3000';

/**
 * Puts theme-first.js into the head as a classic script, which blocks the first paint as wanted. The content policy allows
 * no inline script, and Vite itself bundles module scripts only.
 */
function themeFirst(): Plugin {
  const source = readFileSync(join(ROOT, 'theme-first.js'), 'utf8');
  let production = false;
  return {
    name: 'theme-first',
    configResolved: ({ command }) => {
      production = command === 'build';
    },
    buildStart() {
      if (production) this.emitFile({ type: 'asset', name: 'theme-first.js', source });
    },
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle }) => {
        const built = Object.values(bundle ?? {}).find(({ fileName }) => fileName.includes('theme-first'));
        return [{ tag: 'script', attrs: { src: `/${built?.fileName ?? 'theme-first.js'}` }, injectTo: 'head' }];
      },
    },
  };
}

export default defineConfig({
  root: ROOT,
  plugins: [react(), themeFirst()],
  build: {
    outDir: join(ROOT, '../../dist/web'),
    emptyOutDir: true,
    // Everything is a file of its own: the content policy allows nothing inline.
    assetsInlineLimit: 0,
    target: 'es2023',
    // The first versions with light-dark() and nesting, so that neither is rewritten.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
  },
  server: {
    // Patterns, because a plain /api would also catch the modules in src/web/api.
    proxy: Object.fromEntries(
      ['^/api/v1/', '^/experiment', '^/tasks?(/|\\?|$)', '^/docs', '^/health'].map((path) => [path, API]),
    ),
  },
});
