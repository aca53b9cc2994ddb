import { createRootRoute, createRoute, createRouter, stringifySearchWith } from '@tanstack/react-router';
import type { TaskState } from './api/client';
import { ErrorCard } from './components/error-card';
import { Layout } from './components/layout';
import { NotFound } from './components/not-found';
import { ResultsPage } from './pages/results/results-page';
import { RunPage } from './pages/run/run-page';
import { TasksPage } from './pages/tasks/tasks-page';
import { isTaskState } from './task-state';

/** What an address says beyond its path; anything it does not know is dropped, never an error. */
export interface TasksSearch {
  state?: TaskState;
  /** The experiment that the form offers to start, and with which parameters. */
  start?: string;
  input?: Record<string, unknown>;
}

export interface ResultsSearch {
  experiment?: string;
  filter?: string;
  /** A column such as `metrics.rmse` or `start_time`. */
  sort?: string;
  order?: 'asc' | 'desc';
}

const rootRoute = createRootRoute({ component: Layout, notFoundComponent: NotFound });

const tasksRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  component: TasksPage,
  validateSearch: ({ state, start, input }: Record<string, unknown>): TasksSearch => ({
    state: isTaskState(state) ? state : undefined,
    start: text(start),
    input: isRecord(input) ? input : undefined,
  }),
});

const resultsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/results',
  component: ResultsPage,
  validateSearch: ({ experiment, filter, sort, order }: Record<string, unknown>): ResultsSearch => ({
    experiment: text(experiment),
    filter: text(filter),
    sort: text(sort),
    order: order === 'asc' || order === 'desc' ? order : undefined,
  }),
});

const runRoute = createRoute({ getParentRoute: () => rootRoute, path: '/runs/$id', component: RunPage });

export const router = createRouter({
  routeTree: rootRoute.addChildren([tasksRoute, resultsRoute, runRoute]),
  defaultErrorComponent: ({ error, reset }) => <ErrorCard what="This page" error={error} onRetry={reset} />,
  scrollRestoration: true,
  parseSearch: parsedSearch,
  stringifySearch: stringifySearchWith(JSON.stringify),
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

/** Every part is a text as it stands there, `5` and `true` as well, for people write addresses; only `input` is JSON. */
function parsedSearch(search: string): Record<string, unknown> {
  const texts = Object.fromEntries(new URLSearchParams(search));
  return 'input' in texts ? { ...texts, input: json(texts.input) } : texts;
}

function json(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
