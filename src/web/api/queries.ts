import { infiniteQueryOptions, keepPreviousData, QueryClient, queryOptions } from '@tanstack/react-query';
import { nestedRunsFilter } from '../run-family';
import { isOver } from '../run-status';
import { orderOf, type Sort } from '../sort';
import { isFinal } from '../task-state';
import { ApiError, isNotFound } from './api-error';
import {
  type Curve,
  type CurveRequest,
  fetchArtifacts,
  fetchCurve,
  fetchExperimentRecords,
  fetchExperiments,
  fetchKeys,
  fetchMetrics,
  fetchModelFiles,
  fetchModels,
  fetchRun,
  fetchTask,
  fetchTaskCounts,
  fetchTasks,
  type KeyKind,
  type Metric,
  type Run,
  searchRuns,
  type TaskCounts,
  type TaskState,
} from './client';

const PAGE_SIZE = 50;
/** What the server gives at once of the names in use. */
const LARGEST_KEY_PAGE = 1_000;
/**
 * While something waits or runs, and while nothing does. A hidden tab asks nothing, and neither does what never had an answer:
 * each new try would take the error away that somebody is reading.
 */
const BUSY_POLL_MS = 1_000;
const IDLE_POLL_MS = 5_000;
/** For the one task that somebody looks at. */
const TASK_POLL_MS = 500;
/** For the one run that somebody looks at, and what belongs to it. */
const RUN_POLL_MS = 2_000;
/**
 * Of so many metrics the values are asked for that often. The server reads every series for them, 2,000 in a third of a second, so
 * of twice as many they are asked for half as often, and the work of the server stays the same.
 */
const METRICS_A_POLL = 200;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 1_000,
      // What the server refused it refuses again; a server that restarts is back in a moment.
      retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status && error.status < 500),
      retryDelay: 500,
      // A server on this machine is reachable without a network.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});

export function countsQuery() {
  return queryOptions({
    queryKey: ['task-counts'],
    queryFn: ({ signal }) => fetchTaskCounts(signal),
    refetchInterval: ({ state }) => state.data !== undefined && pollInterval(state.data),
  });
}

/** Its pages are fetched again one after the other, so the more are shown, the more rarely. */
export function tasksQuery(status: TaskState | undefined, counts: TaskCounts | undefined) {
  return infiniteQueryOptions({
    queryKey: ['tasks', status ?? 'all'],
    queryFn: ({ signal, pageParam }) => fetchTasks({ status, cursor: pageParam, limit: PAGE_SIZE }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => state.data !== undefined && pollInterval(counts) * state.data.pages.length,
  });
}

export function taskQuery(id: string) {
  return queryOptions({
    queryKey: ['task', id],
    queryFn: ({ signal }) => fetchTask(id, signal),
    refetchInterval: ({ state: { data, error } }) =>
      data !== undefined && !isFinal(data.status) && !isNotFound(error) && TASK_POLL_MS,
  });
}

export function runQuery(id: string) {
  return queryOptions({
    queryKey: ['run', id],
    queryFn: ({ signal }) => fetchRun(id, signal),
    refetchInterval: ({ state: { data, error } }) => data !== undefined && !isNotFound(error) && runPollInterval(data),
  });
}

/** How many runs of its experiment are nested in a run. */
export function nestedRunsQuery(run: Run) {
  return queryOptions({
    queryKey: ['runs', run.experiment, 'nested', run.run_id, run.status],
    queryFn: async ({ signal }) => {
      const filter = nestedRunsFilter(run.run_id);
      return (await searchRuns({ experiments: [run.experiment], filter, limit: 1 }, signal)).matches;
    },
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => state.data !== undefined && runPollInterval(run),
  });
}

/** The experiment in which something happened last; null while there are no runs. Kept, so that no page changes its subject. */
export function latestExperimentQuery() {
  return queryOptions({
    queryKey: ['latest-experiment'],
    queryFn: async ({ signal }) => {
      const { runs } = await searchRuns({ order_by: ['start_time DESC'], limit: 1 }, signal);
      return runs[0]?.experiment ?? null;
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

/** The last, lowest and highest value of every metric of a run. */
export function metricsQuery(run: Run) {
  return queryOptions({
    queryKey: ['run', run.run_id, 'metrics', run.status],
    queryFn: ({ signal }) => fetchMetrics(run.run_id, signal),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data !== undefined && runPollInterval(run, Math.max(state.data.length / METRICS_A_POLL, 1)),
  });
}

/** One curve; while another range of it is on its way, the one before stays. */
export function curveQuery(run: Run, request: Omit<CurveRequest, 'run_ids'>) {
  return queryOptions({
    queryKey: ['run', run.run_id, 'curve', request, run.status],
    queryFn: ({ signal }): Promise<Curve | null> => fetchCurve({ ...request, run_ids: [run.run_id] }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => state.data !== undefined && runPollInterval(run),
  });
}

export function artifactsQuery(run: Run, folder: string) {
  return queryOptions({
    queryKey: ['run', run.run_id, 'artifacts', folder, run.status],
    queryFn: ({ signal }) => fetchArtifacts(run.run_id, folder, signal),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => state.data !== undefined && runPollInterval(run),
  });
}

/** The models that a client logged from a run. */
export function modelsQuery(run: Run) {
  return queryOptions({
    queryKey: ['run', run.run_id, 'models', run.status],
    queryFn: ({ signal }) => fetchModels(run, signal),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => state.data !== undefined && runPollInterval(run),
  });
}

export function modelFilesQuery(run: Run, modelId: string, folder: string) {
  return queryOptions({
    queryKey: ['run', run.run_id, 'model-files', modelId, folder, run.status],
    queryFn: ({ signal }) => fetchModelFiles(modelId, folder, signal),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => state.data !== undefined && runPollInterval(run),
  });
}

/** They change only with a new version of the server. */
export function experimentsQuery() {
  return queryOptions({
    queryKey: ['experiments'],
    queryFn: ({ signal }) => fetchExperiments(signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Those of the tracking store; a client may create one at any time. */
export function experimentRecordsQuery() {
  return queryOptions({
    queryKey: ['experiment-records'],
    queryFn: ({ signal }) => fetchExperimentRecords(signal),
    staleTime: IDLE_POLL_MS,
  });
}

/** The first names in use. No error of it is shown, so it is asked again whether it ever had an answer or not. */
export function keysQuery(experimentId: number, kind: KeyKind) {
  return queryOptions({
    queryKey: ['keys', experimentId, kind],
    queryFn: ({ signal }) =>
      fetchKeys(experimentId, { kind, prefix: '', limit: LARGEST_KEY_PAGE, sort: 'runs' }, signal),
    refetchInterval: IDLE_POLL_MS,
  });
}

/** The first names in use that begin with a text; while those of another one are on their way, the ones before stay. */
export function keysWithPrefixQuery(experimentId: number, query: { kind: KeyKind; prefix: string; limit: number }) {
  return queryOptions({
    queryKey: ['keys', experimentId, query],
    queryFn: ({ signal }) => fetchKeys(experimentId, query, signal),
    placeholderData: keepPreviousData,
  });
}

/** What the server counts as a search; its pages are fetched again one after the other, so the more, the more rarely. */
export function runsQuery(search: { experiment: string; filter: string; sort: Sort }) {
  const { experiment, filter, sort } = search;
  return infiniteQueryOptions({
    queryKey: ['runs', experiment, filter, sort],
    // The order comes back with the rows, so that a head says how they are sorted and not how they soon will be.
    queryFn: async ({ signal, pageParam }) => {
      const order_by = [orderOf(sort)];
      const body = { experiments: [experiment], filter, order_by, cursor: pageParam, limit: PAGE_SIZE };
      return { ...(await searchRuns(body, signal)), sort };
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => state.data !== undefined && !state.error && IDLE_POLL_MS * state.data.pages.length,
  });
}

/** The finished run with the best value of a metric, be it of a task or of a client; null while there is none, and NaN is none. */
export function bestQuery(experiment: string, { name, better }: Metric) {
  return queryOptions({
    queryKey: ['runs', experiment, 'best', name],
    queryFn: async ({ signal }) => {
      const order = orderOf({ by: `metrics.${name}`, order: better === 'lower' ? 'asc' : 'desc' });
      const filter = "attributes.status = 'FINISHED'";
      const { runs } = await searchRuns({ experiments: [experiment], filter, order_by: [order], limit: 1 }, signal);
      const value = runs[0]?.metrics[name]?.value ?? 'NaN';
      return value === 'NaN' ? null : { run: runs[0], value };
    },
    refetchInterval: ({ state }) => state.data !== undefined && IDLE_POLL_MS,
  });
}

/** A run that is over changes no more, so the state it ended in is asked for once. @param times as long as usual */
function runPollInterval(run: Run | undefined, times = 1): number | false {
  return run !== undefined && !isOver(run.status) && RUN_POLL_MS * times;
}

function pollInterval(counts: TaskCounts | undefined): number {
  const active = counts ? counts.PENDING + counts.STARTED + counts.RETRY : 0;
  return active > 0 ? BUSY_POLL_MS : IDLE_POLL_MS;
}
