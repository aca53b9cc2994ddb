import { ApiClient, type ErrorAnswer } from './api-client.js';
import { CellarProcess, temporaryFolder } from './cellar-process.js';

interface RunAnswer {
  run_id: string;
  experiment: string;
  name: string;
  status: string;
  start_time: string;
  end_time: string | null;
  note: string;
  task: string | null;
  parameters: Record<string, string>;
  tags: Record<string, string>;
  metrics: Record<string, { value: number | string; step: number; timestamp: number }>;
}
interface PageAnswer {
  runs: RunAnswer[];
  next_cursor: string | null;
  matches: { count: number; exact: boolean };
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let cellar: CellarProcess;
let api: ApiClient;
let names = 0;

beforeAll(async () => {
  folder = await temporaryFolder();
  cellar = await CellarProcess.start('main', { DATA_DIR: folder.path });
  api = new ApiClient(cellar.url);
});

afterAll(async () => {
  await cellar?.stop();
  await folder?.remove();
});

async function experiment(): Promise<string> {
  const name = `experiment ${++names}`;
  expect((await api.post('/api/v1/experiments', { name })).status).toBe(201);
  return name;
}

async function run(name: string, body: Record<string, unknown> = {}): Promise<RunAnswer> {
  const answer = await api.post<RunAnswer>('/api/v1/runs', { experiment: name, ...body });
  expect(answer.status).toBe(201);
  return answer.body;
}

async function patch<Body>(path: string, body: unknown): Promise<{ status: number; body: Body }> {
  const answer = await fetch(api.url + path, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Body };
}

const search = (body: unknown) => api.post<PageAnswer>('/api/v1/runs/search', body);

describe('a run', () => {
  it('is created, logged to, changed and read in both spellings of its id', async () => {
    const name = await experiment();
    const created = await run(name, { name: 'first', parameters: { alpha: '0.1' }, tags: { a: '1', b: '2' } });
    expect(created).toMatchObject({ experiment: name, name: 'first', status: 'RUNNING', task: null, end_time: null });
    const path = `/api/v1/runs/${created.run_id}`;
    const logged = await api.post(`${path}/log`, {
      metrics: [
        { key: 'train/loss', value: 0.5, step: 1, timestamp: 10 },
        { key: 'train/loss', value: 'Infinity', step: 2, timestamp: 20 },
        { key: 'other', value: 'NaN', step: 0, timestamp: 5 },
      ],
      parameters: { beta: '2' },
    });
    expect([logged.status, logged.body]).toEqual([200, { points: 3, parameters: 1, tags: 0 }]);
    const changed = await patch<RunAnswer>(path, { status: 'FINISHED', note: '**late**', tags: { a: '3', b: null } });
    expect(changed.status).toBe(200);
    const { body } = await api.get<RunAnswer>(
      `/api/v1/runs/${created.run_id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}`,
    );
    expect(body).toEqual(changed.body);
    expect(body).toMatchObject({
      run_id: created.run_id,
      status: 'FINISHED',
      note: '**late**',
      parameters: { alpha: '0.1', beta: '2' },
      tags: { a: '3', 'mlflow.note.content': '**late**' },
      metrics: {
        'train/loss': { value: 'Infinity', step: 2, timestamp: 20 },
        other: { value: 'NaN', step: 0, timestamp: 5 },
      },
    });
    expect(body.tags.b).toBeUndefined();
    expect(Date.parse(body.end_time ?? '')).toBeGreaterThanOrEqual(Date.parse(body.start_time));
  });

  it('that a task fills names it', async () => {
    const id = await api.submit({});
    await api.ended(id);
    const { body } = await api.get<RunAnswer>(`/api/v1/runs/${id}`);
    expect(body.task).toBe(`${api.url}/task/${id}`);
  });

  it.each([
    [{ metrics: [{ key: '../x', value: 1 }] }, 'metrics.0.key'],
    [{ metrics: [{ key: 'x', value: 'much' }] }, 'metrics.0.value'],
    [{ metrics: Array.from({ length: 10_001 }, () => ({ key: 'x', value: 1 })) }, 'metrics'],
    [{ parameters: { 'a//b': '1' } }, 'parameters.a//b'],
    [{ tags: { a: 'nul\0' } }, 'tags.a'],
  ])('refuses what can not be logged: %#', async (body, field) => {
    const { run_id } = await run(await experiment());
    const answer = await api.post<ErrorAnswer>(`/api/v1/runs/${run_id}/log`, body);
    expect([answer.status, answer.body.details[0].field]).toEqual([400, field]);
  });

  it('keeps its parameters', async () => {
    const { run_id } = await run(await experiment(), { parameters: { alpha: '1' } });
    const answer = await api.post<ErrorAnswer>(`/api/v1/runs/${run_id}/log`, { parameters: { alpha: '2' } });
    expect([answer.status, answer.body.code]).toEqual([409, 'PARAMETER_CHANGED']);
  });

  it('needs an experiment, and one only', async () => {
    const name = await experiment();
    const answers = await Promise.all([
      api.post('/api/v1/runs', {}),
      api.post('/api/v1/runs', { experiment: name, experiment_id: 0 }),
      api.post('/api/v1/runs', { experiment: 'none' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 404]);
  });
});

describe('the search', () => {
  it('filters, orders, pages and counts, by POST and by address', async () => {
    const name = await experiment();
    for (let i = 0; i < 7; i++) {
      const { run_id } = await run(name, { parameters: { i: String(i) } });
      await api.post(`/api/v1/runs/${run_id}/log`, { metrics: [{ key: 'loss', value: i }] });
    }
    const query = {
      experiments: [name],
      filter: 'metrics.loss >= 1 AND NOT params.i = 3',
      order_by: ['metrics.loss DESC'],
    };
    const found: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const { status, body } = await search({ ...query, limit: 2, cursor });
      expect([status, body.matches]).toEqual([200, { count: 5, exact: true }]);
      found.push(...body.runs.map(({ parameters }) => parameters.i));
      if (body.next_cursor === null) break;
      cursor = body.next_cursor;
    }
    expect(found).toEqual(['6', '5', '4', '2', '1']);
    const address = new URLSearchParams({ experiment: name, filter: query.filter, order_by: query.order_by[0] });
    const { body } = await api.get<PageAnswer>(`/api/v1/runs?${address.toString()}`);
    expect(body.runs.map(({ parameters }) => parameters.i)).toEqual(found);
  });

  it('refuses the cursor of another filter, order or experiment', async () => {
    const [name, other] = [await experiment(), await experiment()];
    for (let i = 0; i < 2; i++) await run(name);
    const { body } = await search({ experiments: [name], limit: 1 });
    const refused = await Promise.all(
      [
        { experiments: [name], filter: "status = 'RUNNING'" },
        { experiments: [name], order_by: ['start_time DESC'] },
        { experiments: [other] },
        { experiments: [name], lifecycle: 'all' },
      ].map((query) => api.post<ErrorAnswer>('/api/v1/runs/search', { ...query, cursor: body.next_cursor })),
    );
    expect(refused.map((answer) => [answer.status, answer.body.details[0].field])).toEqual(
      refused.map(() => [400, 'cursor']),
    );
  });

  it('names the place of an error', async () => {
    const { status, body } = await api.post<ErrorAnswer>('/api/v1/runs/search', { filter: 'metrics.loss > "high"' });
    expect([status, body.details]).toEqual([
      400,
      [{ field: 'filter', reason: expect.stringContaining('position 15'), allowed: expect.stringContaining('number') }],
    ]);
  });
});
