import type { FastifyInstance } from 'fastify';

interface Route {
  pattern: RegExp;
  methods: string[];
}

const routes: Route[] = [];

/** Remembers every route that is added from now on. */
export function collectRoutes(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', ({ method, url }) => {
    if (url.includes('*')) return;
    routes.push({ pattern: patternOf(url), methods: [method].flat() });
  });
}

/** The methods that an address takes; none where it does not exist. */
export function allowedMethods(url: string): string[] {
  const path = url.split('?', 1)[0];
  const methods = routes.filter(({ pattern }) => pattern.test(path)).flatMap((route) => route.methods);
  return [...new Set(methods)].sort();
}

function patternOf(url: string): RegExp {
  const segments = url
    .replace(/\/+$/, '')
    .split('/')
    .map((segment) => (segment.startsWith(':') ? '[^/]+' : segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${segments.join('/')}/?$`);
}
