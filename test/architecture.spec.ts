import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WireController } from '../src/mlflow/wire-route.js';
import { CATALOGUE } from '../src/training/catalogue/catalogue.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SRC = join(ROOT, 'src');

/**
 * Which folder may import which, beside itself. Imports run downward only. A new edge is added here first, with a reason.
 * The roots, the files directly in src/ that are not listed here, may import anything and are imported by no folder.
 */
const BOTTOM = ['errors', 'config'];
const ROW_0 = ['live', 'auth', 'search', 'database', 'http'];
const FOUNDATION = [...BOTTOM, ...ROW_0];
const EDGES: Record<string, string[]> = {
  errors: [],
  config: ['errors'],
  database: BOTTOM,
  http: BOTTOM,
  search: BOTTOM,
  live: [...BOTTOM, 'database', 'http'],
  auth: [...BOTTOM, 'database', 'http'],
  experiments: [...FOUNDATION],
  runs: [...FOUNDATION, 'experiments'],
  // A model is logged to an experiment, by a run, and shares that run's metrics.
  models: [...FOUNDATION, 'runs', 'experiments'],
  tasks: [...FOUNDATION, 'runs'],
  artifacts: [...FOUNDATION, 'runs'],
  training: [...FOUNDATION, 'tasks', 'artifacts', 'runs', 'experiments'],
  health: [...FOUNDATION, 'tasks'],
  mlflow: [...FOUNDATION, 'artifacts', 'models', 'runs', 'experiments'],
  // The pages speak HTTP only; they have a compiler and imports of their own.
  web: [],
};
/** Files that the roots share with folders: facts, not behaviour. */
const SHARED = ['package-folder', 'version'];

const FEATURE_FILE =
  /\.(entity|repository|schema|service|controller|processor|module|indicators|trainer|pipe|filter)\.ts$/;

interface SourceFile {
  path: string;
  text: string;
  imports: string[];
  /** Those of `imports` that exist only for the compiler. */
  typeImports: string[];
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? listFiles(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

const files: SourceFile[] = listFiles(SRC)
  .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'))
  .map((path) => {
    const text = readFileSync(path, 'utf8');
    const targetsOf = (pattern: RegExp) =>
      [...text.matchAll(pattern)].map(([, specifier]) =>
        relative(SRC, join(dirname(path), specifier)).replace(/\.js$/, '.ts'),
      );
    return {
      path: relative(SRC, path),
      text,
      imports: targetsOf(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g),
      typeImports: targetsOf(/^(?:import|export) type [^;]*?from '(\.[^']+)'/gm),
    };
  });

/** The folder of a file, or the name of a file that lies directly in src/. */
const areaOf = (path: string) => path.split('/')[0].replace(/\.ts$/, '');
const isArea = (name: string) => name in EDGES;

describe('imports', () => {
  it('run along the allowed edges only', () => {
    const forbidden = files
      .filter(({ path }) => isArea(areaOf(path)))
      .flatMap(({ path, imports }) =>
        imports
          .filter((target) => target.startsWith('..') === false)
          .filter((target) => {
            const [from, to] = [areaOf(path), areaOf(target)];
            return from !== to && !EDGES[from].includes(to) && !SHARED.includes(to);
          })
          .map((target) => `${path} -> ${target}`),
      );
    expect(forbidden).toEqual([]);
  });

  it('make no cycle', () => {
    const graph = new Map(
      files.map(({ path, imports, typeImports }) => [path, imports.filter((target) => !typeImports.includes(target))]),
    );
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const visit = (path: string, trail: string[]) => {
      if (state.get(path) === 'done' || !graph.has(path)) return;
      if (state.get(path) === 'open') {
        cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
        return;
      }
      state.set(path, 'open');
      for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
      state.set(path, 'done');
    };
    for (const path of graph.keys()) visit(path, []);
    expect(cycles).toEqual([]);
  });

  it('name every folder of src/', () => {
    const folders = readdirSync(SRC, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).filter((name) => !isArea(name))).toEqual([]);
  });

  it('of what processes tasks stay out of the API', () => {
    const reach = new Set<string>();
    const walk = (path: string) => {
      if (reach.has(path)) return;
      reach.add(path);
      for (const target of files.find((file) => file.path === path)?.imports ?? []) walk(target);
    };
    walk('app.module.ts');
    const processors = [...reach].filter((path) =>
      /training-worker|bull-processor|postgres-consumer|reconciler/.test(path),
    );
    expect(processors).toEqual([]);
  });
});

describe('files', () => {
  it('stay short', () => {
    const long = files.filter(({ text }) => text.split('\n').length > 300).map(({ path }) => path);
    expect(long).toEqual([]);
  });

  it('read the environment in one place', () => {
    const readers = files.filter(({ path, text }) => !path.startsWith('web/') && /process\.env\b/.test(text));
    expect(readers.map(({ path }) => path)).toEqual(['config.ts']);
  });

  it('have names that tell their role', () => {
    const vague = files.filter(({ path }) => /(^|\/)(utils?|common|helpers?|index|misc|types|base)\.tsx?$/.test(path));
    expect(vague.map(({ path }) => path).filter((path) => !path.startsWith('web/'))).toEqual([]);
    const entities = files.filter(({ text }) => /defineEntity\(/.test(text)).map(({ path }) => path);
    expect(entities.filter((path) => !path.endsWith('.entity.ts'))).toEqual([]);
    const controllers = files.filter(({ text }) => /@Controller\(/.test(text)).map(({ path }) => path);
    expect(controllers.filter((path) => !FEATURE_FILE.test(path))).toEqual([]);
  });
});

describe('the wire of MLflow', () => {
  it('is below the address of clients and below that of pages', () => {
    class Probe {}
    WireController('runs')(Probe);
    expect(Reflect.getMetadata('path', Probe)).toEqual(['api/2.0/mlflow/runs', 'ajax-api/2.0/mlflow/runs']);
  });

  it('has no route elsewhere, and none without its errors', () => {
    const routes = files.filter(({ text }) => /@WireRoute\(/.test(text));
    expect(routes.length).toBeGreaterThan(0);
    const foreign = routes.filter(
      ({ text }) => !/@WireController\(/.test(text) || /@(?:Controller|All|Get|Post|Put|Patch|Delete)\(/.test(text),
    );
    expect(foreign.map(({ path }) => path)).toEqual([]);
    const handlers = /@(?:All|Get|Post|Put|Patch|Delete)\([^\n]*\n((?:\s*@[^\n]*\n)*)/g;
    const silent = files
      .filter(({ path }) => /^mlflow\/.*\.controller\.ts$/.test(path))
      .flatMap(({ path, text }) =>
        [...text.matchAll(handlers)].map(([found, decorators]) => ({ path, found, decorators })),
      )
      .filter(
        ({ found, decorators }) => !found.includes("'version'") && !/answerError: wireErrorAnswer/.test(decorators),
      );
    expect(silent).toEqual([]);
  });
});

interface OpenApiOperation {
  summary?: string;
  parameters?: { in: string; name: string; schema: { example?: unknown } }[];
  requestBody?: { content: Record<string, { schema?: unknown; examples?: unknown }> };
  responses: Record<string, { content?: Record<string, { schema?: unknown }> }>;
}
interface OpenApi {
  paths: Record<string, Record<string, OpenApiOperation>>;
}

describe('the OpenAPI document', () => {
  const document: OpenApi = JSON.parse(readFileSync(join(ROOT, 'openapi.json'), 'utf8'));
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
  );

  it('holds every route of the controllers that is not hidden', () => {
    const controllers = files.filter(({ path }) => path.endsWith('.controller.ts'));
    const shown = controllers.map(({ path, text }) => {
      const count = (pattern: RegExp) => [...text.matchAll(pattern)].length;
      const routes = count(/^\s+@(?:All|Get|Post|Put|Patch|Delete|WireRoute)\(/gm);
      // Of this file a function makes a controller for each experiment of the catalogue.
      const copies = path.endsWith('training/experiment.controller.ts') ? CATALOGUE.size : 1;
      return (routes - count(/^\s+@ApiExcludeEndpoint\(/gm)) * copies;
    });
    expect(operations.length).toBe(shown.reduce((sum, routes) => sum + routes, 0));
    expect(controllers.filter(({ text }) => text.includes('ApiExcludeController'))).toEqual([]);
  });

  it.each(operations)('$name has a summary, a schema of its answer, its errors and examples', ({ name, operation }) => {
    expect(operation.summary).toMatch(/\w/);
    // Of a file it may be a part.
    const success = Object.entries(operation.responses).filter(
      ([status]) => status.startsWith('2') && status !== '206',
    );
    expect(success.length).toBe(1);
    // A file is answered and taken as the bytes that it is; everything else is JSON.
    const [answer] = Object.values(success[0][1].content ?? {});
    expect(answer?.schema).toBeDefined();
    expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['403', '405', '431', '500']));
    const bare = (operation.parameters ?? []).filter(
      (parameter) => ['path', 'query'].includes(parameter.in) && parameter.schema.example === undefined,
    );
    expect(bare.map(({ name }) => name)).toEqual([]);
    if (operation.requestBody && !('application/octet-stream' in operation.requestBody.content)) {
      expect(operation.requestBody.content['application/json']?.schema).toBeDefined();
      expect(operation.requestBody.content['application/json']?.examples).toBeDefined();
      // MLflow refuses other types of bodies as it does other bad values.
      const wrongType = name.includes('/mlflow/') ? '400' : '415';
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['400', '413', wrongType, '503']));
    }
  });
});
