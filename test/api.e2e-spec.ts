import { readFileSync } from 'node:fs';
import { ApiClient, type ErrorAnswer, type TaskAnswer } from './api-client.js';
import { CellarProcess, temporaryFolder } from './cellar-process.js';

const WINE = '/experiment/wine-quality';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface ReferenceCase {
  alpha: number;
  l1_ratio: number;
  rmse: number;
  mae: number;
  r2: number;
  n_iter: number;
  coef: number[];
}
const reference: { columns: string[]; cases: ReferenceCase[] } = JSON.parse(
  readFileSync(new URL('./fixtures/wine-elasticnet.json', import.meta.url), 'utf8'),
);

interface TaskList {
  tasks: TaskAnswer[];
  next_cursor: string | null;
}
interface ResultList {
  results: { task_id: string; parameters: Record<string, number>; metrics: Record<string, number> }[];
  next_cursor: string | null;
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let cellar: CellarProcess;
let api: ApiClient;

beforeAll(async () => {
  folder = await temporaryFolder();
  cellar = await CellarProcess.start('main', { DATA_DIR: folder.path, WORKER_SLOTS: '2' });
  api = new ApiClient(cellar.url);
});

afterAll(async () => {
  await cellar?.stop();
  await folder?.remove();
});

describe('a wine-quality task', () => {
  it.each(reference.cases)(
    'with alpha $alpha and l1_ratio $l1_ratio ends with the numbers of scikit-learn',
    async (expected) => {
      const task = await api.ended(await api.submit({ alpha: expected.alpha, l1_ratio: expected.l1_ratio }));
      expect(task.status).toBe('SUCCESS');
      for (const name of ['rmse', 'mae', 'r2'] as const) {
        expect(Math.abs(Number(task.result?.[name]) / expected[name] - 1)).toBeLessThanOrEqual(1e-10);
      }
      expect(task.model?.iterations).toBe(expected.n_iter);
      reference.columns.forEach((column, j) => {
        expect(Math.abs(Number(task.model?.coefficients[column]) - expected.coef[j])).toBeLessThanOrEqual(1e-10);
      });
      expect(task.warnings.length).toBe(expected.n_iter === 1000 ? 1 : 0);
    },
  );

  it('is accepted with its address, and shows who did what when', async () => {
    const { status, headers, body } = await api.post(`${WINE}/`, { alpha: 0.2 });
    expect(status).toBe(202);
    expect(body).toEqual({
      task_id: expect.stringMatching(UUID),
      task: `${api.url}${WINE}/tasks/${String(body.task_id)}`,
    });
    expect(headers.get('location')).toBe(body.task);
    const task = await api.ended(String(body.task_id));
    expect(task).toMatchObject({
      experiment: 'wine-quality',
      run_id: String(body.task_id).replaceAll('-', ''),
      input: { alpha: 0.2, l1_ratio: 0.5 },
      attempt: 1,
      worker: expect.any(String),
      error: null,
      traceback: null,
    });
    expect(Object.keys(task.result ?? {}).sort()).toEqual([
      'alpha',
      'date',
      'l1_ratio',
      'mae',
      'r2',
      'request_id',
      'rmse',
    ]);
    expect(task.result?.request_id).toBe(body.task_id);
    const [created, started, done] = ['created_at', 'started_at', 'done_at'].map((key) =>
      Date.parse(String(task[key])),
    );
    expect(created).toBeLessThanOrEqual(started);
    expect(started).toBeLessThanOrEqual(done);
    expect(task.wait_seconds).toBeGreaterThanOrEqual(0);
    expect(task.run_seconds).toBeGreaterThan(0);
  });

  it('lasts as a run for as long as it was trained, and not since it was claimed with others', async () => {
    const ids = await Promise.all(Array.from({ length: 40 }, () => api.submit({})));
    for (const id of ids) {
      const { started_at, done_at } = await api.ended(id);
      const { body } = await api.get<{ start_time: string; end_time: string }>(`/api/v1/runs/${id}`);
      expect({ id, start: body.start_time, end: body.end_time }).toEqual({ id, start: started_at, end: done_at });
    }
  });

  it('takes its parameters under input too, and every default', async () => {
    const [wrapped, empty] = await Promise.all([api.submit({ input: { l1_ratio: 0.25 } }), api.submit({})]);
    expect((await api.ended(wrapped)).input).toEqual({ alpha: 0.5, l1_ratio: 0.25 });
    expect((await api.ended(empty)).input).toEqual({ alpha: 0.5, l1_ratio: 0.5 });
  });

  it('is found under both spellings of its id, in both places, with and without a slash', async () => {
    const id = await api.submit({});
    await api.ended(id);
    for (const path of [
      `/task/${id}`,
      `/task/${id.replaceAll('-', '')}`,
      `${WINE}/tasks/${id.toUpperCase()}/`,
      `/task/${id}/`,
    ]) {
      const { status, body } = await api.get(path);
      expect([path, status, body.task_id]).toEqual([path, 200, id]);
    }
  });

  it('says null until it ends', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.submit({ alpha: 0.01, l1_ratio: 0 })));
    const { body } = await api.get<TaskAnswer>(`/task/${answers[19]}`);
    if (body.status !== 'SUCCESS') expect(body.result).toBeNull();
    expect((await api.ended(answers[19])).result).not.toBeNull();
  });

  it('warns of alpha 0', async () => {
    const task = await api.ended(await api.submit({ alpha: 0 }));
    expect(task.warnings).toContainEqual(expect.stringContaining('alpha is 0'));
  });
});

describe('an Idempotency-Key', () => {
  it('answers the same task for the same body, also at the same moment, and 409 for another', async () => {
    const headers = { 'idempotency-key': 'grid-7' };
    const answers = await Promise.all(Array.from({ length: 5 }, () => api.post(`${WINE}/`, { alpha: 0.3 }, headers)));
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(202));
    expect(new Set(answers.map(({ body }) => body.task_id)).size).toBe(1);
    // The same parameters in another order and wrapping are the same.
    const again = await api.post(`${WINE}/`, { input: { l1_ratio: 0.5, alpha: 0.3 } }, headers);
    expect(again.body.task_id).toBe(answers[0].body.task_id);
    const other = await api.post<ErrorAnswer>(`${WINE}/`, { alpha: 0.4 }, headers);
    expect([other.status, other.body.code, other.body.details[0].field]).toEqual([409, 'CONFLICT', 'Idempotency-Key']);
  });
});

describe('lists', () => {
  it('page through tasks, newest first, none twice while others arrive', async () => {
    const ids = await Promise.all(Array.from({ length: 7 }, (_, i) => api.submit({ alpha: 0.1 + i })));
    await Promise.all(ids.map((id) => api.ended(id)));
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body }: { body: TaskList } = await api.get<TaskList>(
        `${WINE}/tasks/?limit=5${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...body.tasks.map(({ task_id }) => task_id));
      cursor = body.next_cursor;
      await api.submit({});
    }
    expect(new Set(seen).size).toBe(seen.length);
    for (const id of ids) expect(seen).toContain(id);
    const all = await api.get<TaskList>('/api/v1/tasks?limit=200');
    const created = all.body.tasks.map(({ created_at }) => String(created_at));
    expect(created).toEqual(created.toSorted().reverse());
  });

  it('filter by state and by experiment', async () => {
    for (let n = 0; n < 3; n++) await api.ended(await api.submit({}));
    const done = await api.get<TaskList>('/api/v1/tasks?status=SUCCESS&experiment=wine-quality&limit=3');
    expect(done.body.tasks.map(({ status }) => status)).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS']);
    const failed = await api.get<TaskList>(`${WINE}/tasks/?status=FAILURE`);
    expect(failed.body).toEqual({ tasks: [], next_cursor: null });
  });

  it('take every example that the documentation shows', async () => {
    interface Parameter {
      in: string;
      name: string;
      schema: { example?: string };
    }
    const { body } = await api.get<{ paths: Record<string, { get?: { parameters: Parameter[] } }> }>('/docs-json');
    const tables = Object.entries(body.paths).filter(([path]) => /\/(tasks|results)$/.test(path));
    const lists = tables.flatMap(([path, { get }]) => {
      const query = get?.parameters.filter((parameter) => parameter.in === 'query') ?? [];
      return query.length > 0
        ? [{ path, query: Object.fromEntries(query.map(({ name, schema }) => [name, String(schema.example)])) }]
        : [];
    });
    expect(lists.length).toBeGreaterThan(2);
    for (const { name } of (await api.get<{ name: string }[]>('/experiment/')).body) {
      await api.ended(await api.submit({}, {}, name));
    }
    for (const { path, query } of lists) {
      const answer = await api.get(`${path}?${new URLSearchParams(query).toString()}`);
      expect([path, answer.status]).toEqual([path, 200]);
      // A cursor that showed nothing would be a poor example.
      const [rows] = Object.values(answer.body);
      expect(rows).toContainEqual(expect.objectContaining({ task_id: expect.any(String) }));
    }
  });

  it.each(['parameters.alpha', 'parameters.l1_ratio', 'metrics.rmse', 'metrics.mae', 'metrics.r2'])(
    'sort results by %s, both ways, over pages',
    async (sort) => {
      await Promise.all([0.1, 0.2, 0.2, 0.3].map(async (alpha) => api.ended(await api.submit({ alpha }))));
      const [group, key] = sort.split('.') as ['parameters' | 'metrics', string];
      for (const order of ['asc', 'desc']) {
        const values: number[] = [];
        const ids: string[] = [];
        for (let cursor: string | null = ''; cursor !== null; ) {
          const { body }: { body: ResultList } = await api.get<ResultList>(
            `${WINE}/results?sort=${sort}&order=${order}&limit=3${cursor && `&cursor=${cursor}`}`,
          );
          values.push(...body.results.map((row) => row[group][key]));
          ids.push(...body.results.map(({ task_id }) => task_id));
          cursor = body.next_cursor;
        }
        expect(values).toEqual(values.toSorted((a, b) => (order === 'asc' ? a - b : b - a)));
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.length).toBeGreaterThanOrEqual(4);
      }
    },
  );

  it('refuse the cursor of another order', async () => {
    await Promise.all([api.ended(await api.submit({})), api.ended(await api.submit({}))]);
    const { body } = await api.get<ResultList>(`${WINE}/results?sort=metrics.rmse&limit=1`);
    const other = await api.get<ErrorAnswer>(`${WINE}/results?sort=metrics.mae&limit=1&cursor=${body.next_cursor}`);
    expect([other.status, other.body.details[0].field]).toEqual([400, 'cursor']);
  });
});

describe('the catalogue', () => {
  it('stands at two addresses and describes what an experiment takes', async () => {
    const [experiments, tasks] = await Promise.all([api.get('/experiment/'), api.get('/tasks/')]);
    expect(experiments.body).toEqual(tasks.body);
    expect(experiments.body).toContainEqual({
      name: 'wine-quality',
      description: expect.any(String),
      url: `${api.url}${WINE}/`,
      tasks: `${api.url}${WINE}/tasks/`,
    });
    const { body } = await api.get(`${WINE}/`);
    expect(body).toMatchObject({
      defaults: { alpha: 0.5, l1_ratio: 0.5 },
      parameters: { properties: { alpha: { minimum: 0 }, l1_ratio: { minimum: 0, maximum: 1 } } },
      dataset: { name: 'winequality-red', rows: 1599, target: 'quality' },
    });
    const { status } = await api.post(`${WINE}/`, body.example);
    expect(status).toBe(202);
  });
});

describe('what browsers are told', () => {
  const headersOf = async (path: string, headers = {}) => (await fetch(`${api.url}${path}`, { headers })).headers;

  it.each([
    '/api/v1/tasks',
    '/api/v1/tasks/nothing',
    '/api/2.0/mlflow/runs/get?run_id=nothing',
    '/ajax-api/2.0/mlflow/experiments/get?experiment_id=0',
    '/api/nothing',
  ])('to run and frame nothing of %s', async (path) => {
    for (const accept of ['application/json', 'text/html']) {
      const headers = await headersOf(path, { accept });
      expect(headers.get('content-type')).toMatch(/^application\/json/);
      expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it.each(['/', '/results', '/health', '/apiary'])('to run only what is of this server on %s', async (path) => {
    const headers = await headersOf(path, { accept: 'text/html' });
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'self';script-src 'self';/);
    expect(Object.fromEntries(headers)).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
  });
});

describe('checks', () => {
  it('sends a probe through the queue that leaves nothing behind', async () => {
    const before = await api.get<Record<string, number>>('/api/v1/task-counts');
    const { status, body } = await api.get('/queue-check');
    expect([status, body]).toEqual([200, { status: 'ok', queue: 'postgres', milliseconds: expect.any(Number) }]);
    const after = await api.get<Record<string, number>>('/api/v1/task-counts');
    const total = (counts: Record<string, number>) => Object.values(counts).reduce((sum, count) => sum + count, 0);
    expect(total(after.body)).toBe(total(before.body));
  });

  it('reports every part', async () => {
    const { status, body } = await api.get<{ details: Record<string, { status: string }> }>('/health');
    expect(status).toBe(200);
    expect(Object.keys(body.details).sort()).toEqual(['database', 'disk', 'migrations', 'process', 'queue', 'workers']);
    expect((await api.get('/health/ready')).status).toBe(200);
    expect((await api.get('/health/live')).body).toEqual({ status: 'ok' });
    expect((await api.get('/rest-check')).status).toBe(200);
  });

  it('serves the documentation, whose document is the committed one', async () => {
    const { body } = await api.get('/docs-json');
    expect(body).toEqual(JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8')));
    const page = await fetch(`${api.url}/docs`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self';/);
  });
});
