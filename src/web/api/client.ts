import createClient from 'openapi-fetch';
import { noAnswer, refusalOf, type SentRequest } from './api-error';
import type { components, operations, paths } from './schema';

export type Task = components['schemas']['Task'];
export type TaskSummary = components['schemas']['TaskSummary'];
export type TaskState = TaskSummary['status'];
export type TaskCounts = components['schemas']['TaskCounts'];
export type Experiment = components['schemas']['CatalogueExperiment'];
export type Metric = Experiment['metrics'][number];
export type LinearModel = components['schemas']['LinearModel'];
export type Run = components['schemas']['Run'];
export type RunStatus = Run['status'];
export type MetricSummary = components['schemas']['MetricList']['metrics'][number];
export type MetricValue = MetricSummary['last']['value'];
export type Curve = components['schemas']['Curves']['curves'][number];
export type CurveRequest = components['schemas']['CurvesBody'];
export type RunSummary = components['schemas']['RunSummary'];
export type RunPage = components['schemas']['RunPage'];
export type RunSearch = components['schemas']['SearchRuns'];
/** An experiment as the tracking store keeps it; those of the catalogue are kept there, too. */
export type ExperimentRecord = components['schemas']['ExperimentRecord'];
export type KeyKind = 'metric' | 'parameter';
/** A name in use, and how many runs have it. */
export type Key = components['schemas']['KeyPage']['keys'][number];
export interface KeyList {
  keys: Key[];
  /** Whether there are no others. */
  complete: boolean;
}
export type LoggedModel = NonNullable<components['schemas']['MlflowLoggedModels']['models']>[number];
export type ArtifactEntry = components['schemas']['ArtifactList']['files'][number];

type SubmissionBody = operations['WineQualityController_submit']['requestBody']['content']['application/json'];

/** What the server gives at once of a list of experiments. */
const LARGEST_PAGE = 200;

const api = createClient<paths>({ baseUrl: location.origin });
/** A body can be read once and fetch reads it, so what an error says of it is kept from before. */
const bodies = new WeakMap<Request, string>();
api.use({
  onRequest: async ({ request }) => {
    if (request.method === 'GET') return;
    const body = await request.text();
    // A clone would turn the body into a stream.
    const unread = new Request(request, { method: request.method, body });
    bodies.set(unread, body);
    return unread;
  },
  onResponse: async ({ request, response }) => {
    if (!response.ok) throw await refusalOf(sentOf(request), response);
  },
  onError: ({ request, error }) => (isAbort(error) ? undefined : noAnswer(sentOf(request), error)),
});

/** @throws ApiError, as everything here */
export async function fetchTasks(
  query: { status?: TaskState; cursor?: string; limit: number },
  signal: AbortSignal,
): Promise<components['schemas']['TaskPage']> {
  return bodyOf(await api.GET('/api/v1/tasks', { params: { query }, signal }));
}

export async function fetchTaskCounts(signal: AbortSignal): Promise<TaskCounts> {
  return bodyOf(await api.GET('/api/v1/task-counts', { signal }));
}

export async function fetchTask(id: string, signal: AbortSignal): Promise<Task> {
  return bodyOf(await api.GET('/task/{id}', { params: { path: { id } }, signal }));
}

/** Whether the server answers and has what it needs. */
export async function isServerReady(): Promise<boolean> {
  return fetch('/health/ready').then(
    ({ ok }) => ok,
    () => false,
  );
}

/** The name of an experiment that MLflow's clients know by its number. */
export async function fetchExperimentName(id: number): Promise<string> {
  return bodyOf(await api.GET('/api/v1/experiments/{id}', { params: { path: { id } } })).name;
}

/** A run of any experiment, whoever logged it. */
export async function fetchRun(id: string, signal: AbortSignal): Promise<Run> {
  return bodyOf(await api.GET('/api/v1/runs/{id}', { params: { path: { id } }, signal }));
}

export async function fetchMetrics(id: string, signal: AbortSignal): Promise<MetricSummary[]> {
  return bodyOf(await api.GET('/api/v1/runs/{id}/metrics', { params: { path: { id } }, signal })).metrics;
}

/** The points that a chart draws, thinned out; null where the range holds none. */
export async function fetchCurve(body: CurveRequest, signal: AbortSignal): Promise<Curve | null> {
  return bodyOf(await api.POST('/api/v1/curves', { body, signal })).curves[0] ?? null;
}

/** @param folder of the run; empty = its uppermost one */
export async function fetchArtifacts(id: string, folder: string, signal: AbortSignal): Promise<ArtifactEntry[]> {
  const params = { path: { id }, query: { path: folder } };
  return bodyOf(await api.GET('/api/v1/runs/{id}/artifacts', { params, signal })).files;
}

/** Where a browser downloads a file of a run. */
export function artifactUrl(id: string, path: string): string {
  return `/api/v1/runs/${id}/artifacts/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** Those that a client logged from a run, newest first; more than fifty are left to the API. */
export async function fetchModels(run: Run, signal: AbortSignal): Promise<LoggedModel[]> {
  const body = { experiment_ids: [String(run.experiment_id)], filter: `source_run_id = '${run.run_id}'` };
  return bodyOf(await api.POST('/api/2.0/mlflow/logged-models/search', { body, signal })).models ?? [];
}

/** @returns one level of the files of a model */
export async function fetchModelFiles(id: string, folder: string, signal: AbortSignal): Promise<ArtifactEntry[]> {
  const params = { path: { id }, query: { artifact_directory_path: folder } };
  const { files } = bodyOf(
    await api.GET('/api/2.0/mlflow/logged-models/{id}/artifacts/directories', { params, signal }),
  );
  return (files ?? []).map(({ path, is_dir, file_size }) => ({ path, is_dir, size: file_size ?? 0 }));
}

export function modelFilesUrl(id: string): string {
  return `/api/2.0/mlflow/logged-models/${id}/artifacts/directories`;
}

/** Where a browser downloads a file of a model. */
export function modelFileUrl(id: string, path: string): string {
  const query = new URLSearchParams({ artifact_file_path: path });
  return `/api/2.0/mlflow/logged-models/${id}/artifacts/files?${query.toString()}`;
}

/** What all runs of a search can be downloaded as. */
export const EXPORT_FORMATS = { csv: 'CSV', jsonl: 'JSON lines', parquet: 'Parquet' };

/** Where a browser downloads all runs of a search. */
export function exportUrl(format: string, search: Pick<RunSearch, 'experiments' | 'filter' | 'order_by'>): string {
  const query = new URLSearchParams([
    ...search.experiments.map((name) => ['experiment', name]),
    ['filter', search.filter],
    ...search.order_by.map((key) => ['order_by', key]),
    ['format', format],
  ]);
  return `/api/v1/runs/export?${query}`;
}

export async function searchRuns(body: Partial<RunSearch>, signal: AbortSignal): Promise<RunPage> {
  return bodyOf(await api.POST('/api/v1/runs/search', { body: body as RunSearch, signal }));
}

/** Every experiment that holds or may hold runs, newest first. */
export async function fetchExperimentRecords(signal: AbortSignal): Promise<ExperimentRecord[]> {
  const records: ExperimentRecord[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: LARGEST_PAGE, cursor };
    const page = bodyOf(await api.GET('/api/v1/experiments', { params: { query }, signal }));
    records.push(...page.experiments);
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  return records;
}

/** The names in use in an experiment that begin with a text, as many as are asked for. */
export async function fetchKeys(
  experimentId: number,
  query: { kind: KeyKind; prefix: string; limit: number; sort?: 'key' | 'runs' },
  signal: AbortSignal,
): Promise<KeyList> {
  const params = { path: { id: experimentId }, query };
  const { keys, next_cursor } = bodyOf(await api.GET('/api/v1/experiments/{id}/keys', { params, signal }));
  return { keys, complete: next_cursor === null };
}

/** Every experiment of the catalogue with what it takes and measures. */
export async function fetchExperiments(signal: AbortSignal): Promise<Experiment[]> {
  const listed = bodyOf(await api.GET('/experiment', { signal }));
  return Promise.all(listed.map(async ({ name }) => bodyOf(await api.GET(pathOf(name), { signal }))));
}

/** @param key makes sending the same submission again harmless, for when its answer got lost */
export async function startTask(
  experiment: string,
  input: Record<string, unknown>,
  key: string,
): Promise<components['schemas']['SubmittedTask']> {
  const params = { header: { 'Idempotency-Key': key } };
  return bodyOf(await api.POST(pathOf(experiment), { params, body: input as SubmissionBody }));
}

/** The document has a path for each experiment; they are alike, so one of them stands for all in the types. */
function pathOf(experiment: string) {
  return `/experiment/${encodeURIComponent(experiment)}` as '/experiment/wine-quality';
}

/** Refusals were thrown before, so there is a body. */
function bodyOf<Body>({ data }: { data?: Body }): Body {
  return data as Body;
}

function sentOf(request: Request): SentRequest {
  const body = bodies.get(request);
  return { method: request.method, url: request.url, body: body ? JSON.parse(body) : undefined };
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
