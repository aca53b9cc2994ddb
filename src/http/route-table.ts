import type { FastifyInstance } from 'fastify';

interface Route {
  pattern: RegExp;
  methods: string[];
}

/** A route of more methods than this takes any. */
const CATCH_ALL = 5;

const routes: Route[] = [];

/** Remembers every route that is added from now on. */
export function collectRoutes(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', ({ method, url }) => {
    // What takes everything says nothing about what exists at an address.
    if (/^\/?\*$/.test(url) || [method].flat().length > CATCH_ALL) return;
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
    .map((segment) =>
      segment === '*' ? '.+' : segment.startsWith(':') ? '[^/]+' : segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    );
  return new RegExp(`^${segments.join('/')}/?$`);
}
