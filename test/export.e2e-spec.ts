import { parse } from 'csv-parse/sync';
import { ApiClient, type ErrorAnswer } from './api-client.js';
import { Installation } from './installation.js';

let installation: Installation;
let api: ApiClient;
let names = 0;

beforeAll(async () => {
  installation = await Installation.create('postgres');
  api = new ApiClient((await installation.start('main')).url);
});

afterAll(() => installation?.remove());

async function experiment(): Promise<{ name: string; id: number }> {
  const name = `exported ${++names}`;
  const { body } = await api.post<{ experiment_id: number }>('/api/v1/experiments', { name });
  return { name, id: body.experiment_id };
}

async function run(experimentId: number, body: Record<string, unknown>): Promise<string> {
  const answer = await api.post<{ run_id: string }>('/api/v1/runs', { experiment_id: experimentId, ...body });
  expect(answer.status).toBe(201);
  return answer.body.run_id;
}

async function text(query: Record<string, string>): Promise<string> {
  const answer = await fetch(`${api.url}/api/v1/runs/export?${new URLSearchParams(query).toString()}`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-disposition')).toContain('attachment');
  return answer.text();
}

describe('an export', () => {
  it('is a table in which nothing runs and everything is found again', async () => {
    const { name, id } = await experiment();
    const hostile = {
      formula: '=1+1',
      at: '@x',
      tab: '\tx',
      number: '-1.5e3',
      minus: '-x',
      quotes: 'a "b", c\r\nd',
      semicolon: 'a;=1+1',
    };
    const runId = await run(id, { name: '+run', parameters: hostile, tags: { stage: 'é' } });
    await api.post(`/api/v1/runs/${runId}/log`, {
      metrics: [
        { key: 'loss', value: -0.5 },
        { key: 'bad', value: 'NaN' },
      ],
    });
    const csv = await text({ experiment: name });
    // A spreadsheet that splits rows at semicolons must not find a cell that begins behind one.
    expect(csv).toContain('"a;=1+1"');
    const [row, ...others] = parse(csv, { columns: true, record_delimiter: '\r\n' }) as Record<string, string>[];
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      run_id: runId,
      experiment: name,
      name: "'+run",
      'params.formula': "'=1+1",
      'params.at': "'@x",
      'params.tab': "'\tx",
      'params.number': '-1.5e3',
      'params.minus': "'-x",
      'params.quotes': 'a "b", c\r\nd',
      'metrics.loss': '-0.5',
      'metrics.bad': 'NaN',
      'tags.stage': 'é',
    });
  });

  it('holds every run once, in order, over many pages', async () => {
    const { name, id } = await experiment();
    await installation.query(
      `INSERT INTO run (id, experiment_id, name, status, start_time)
       SELECT gen_random_uuid(), $1, 'run ' || i, 'FINISHED', to_timestamp(i) FROM generate_series(1, 2500) AS i`,
      [id],
    );
    const lines = (await text({ experiment: name, format: 'jsonl', order_by: 'start_time ASC' })).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).name)).toEqual(Array.from({ length: 2_500 }, (_, i) => `run ${i + 1}`));
    const found = await text({ experiment: name, filter: "run_name = 'run 7'" });
    expect(found.split('\r\n')).toHaveLength(3);
  });

  it('says before it begins what is wrong', async () => {
    const { name, id } = await experiment();
    const faulty = await api.get<ErrorAnswer>('/api/v1/runs/export?filter=loss%20!!%201');
    expect([faulty.status, faulty.body.details[0].field]).toEqual([400, 'filter']);
    const wideRun = await run(id, { name: 'wide' });
    await installation.query(
      `UPDATE run SET tags = (SELECT jsonb_object_agg('t' || i, 'x') FROM generate_series(1, 5001) AS i) WHERE id = $1`,
      [wideRun],
    );
    await installation.query(`INSERT INTO run_key SELECT $1, 'tag', 't' || i, 1 FROM generate_series(1, 5001) AS i`, [
      id,
    ]);
    const wide = await api.get<ErrorAnswer>(`/api/v1/runs/export?experiment=${encodeURIComponent(name)}`);
    expect([wide.status, wide.body.details[0].allowed]).toEqual([400, expect.stringContaining('jsonl')]);

    // What is found decides, not what there is.
    await run(id, { name: 'narrow', parameters: { alpha: '1' }, tags: { b: 'y', a: 'x' } });
    const [head, row] = (await text({ experiment: name, filter: "run_name = 'narrow'" })).split('\r\n');
    expect(head).toMatch(/,lifecycle,params\.alpha,tags\.a,tags\.b$/);
    expect(row).toMatch(/,active,1,x,y$/);
  });
});

describe('many runs', () => {
  const bulk = (body: unknown) => api.post<{ changed: number }>('/api/v1/runs/bulk', body);

  it('are tagged, deleted, restored and purged, by id or by filter', async () => {
    const { name, id } = await experiment();
    const ids = [];
    for (let i = 0; i < 4; i++) ids.push(await run(id, { parameters: { i: String(i) }, tags: { old: 'x' } }));
    const all = { filter: '', experiments: [name] };
    expect((await bulk({ ...all, action: 'tag', tags: { new: 'y', old: null } })).body).toEqual({ changed: 4 });
    expect((await api.get(`/api/v1/runs/${ids[3]}`)).body.tags).toEqual({ new: 'y' });
    expect((await bulk({ run_ids: [ids[0], ids[0], '0'.repeat(32)], action: 'delete' })).body).toEqual({ changed: 1 });
    expect((await bulk({ ...all, filter: 'params.i > 1', action: 'delete' })).body).toEqual({ changed: 2 });
    expect((await bulk({ ...all, action: 'restore' })).body).toEqual({ changed: 3 });
    expect((await bulk({ ...all, filter: 'params.i = 2', action: 'purge' })).body).toEqual({ changed: 1 });
    const states = await Promise.all(ids.map((one) => api.get(`/api/v1/runs/${one}`)));
    expect(states.map(({ status, body }) => body.lifecycle ?? status)).toEqual(['active', 'active', 404, 'active']);
  });

  it('are named in one way', async () => {
    const answers = await Promise.all([
      bulk({ action: 'delete' }),
      bulk({ action: 'delete', filter: '', run_ids: ['0'.repeat(32)] }),
      bulk({ action: 'delete', experiments: ['Default'], run_ids: ['0'.repeat(32)] }),
      bulk({ action: 'tag', run_ids: ['0'.repeat(32)] }),
      bulk({ action: 'delete', run_ids: ['0'.repeat(32)], tags: { a: 'b' } }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400]);
  });

  it('are never all runs because a condition or a name is missing', async () => {
    const { name, id } = await experiment();
    const one = await run(id, {});
    const answers = await Promise.all([
      bulk({ action: 'purge', filter: 'AND', experiments: [name] }),
      bulk({ action: 'purge', filter: "run_name != 'x' and ", experiments: [name] }),
      bulk({ action: 'purge', filter: "AND run_name != 'x'", experiments: [name] }),
      bulk({ action: 'purge', filter: "run_name != 'x'", experiments: [] }),
      bulk({ action: 'purge', filter: ' ' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400]);
    expect((await api.get(`/api/v1/runs/${one}`)).status).toBe(200);
    const meant = await bulk({ action: 'purge', filter: "run_name != 'AND'", experiments: [name] });
    expect(meant.body).toEqual({ changed: 1 });
  });
});

describe('runs that hold much', () => {
  const RUNS = 120;
  let name: string;
  let id: number;
  let ids: string[];

  beforeAll(async () => {
    ({ name, id } = await experiment());
    const parameters = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`p${i}`, `${i}`.repeat(3_000)]));
    ids = [];
    for (let i = 0; i < RUNS; i++) ids.unshift(await run(id, { parameters: { ...parameters, i: String(i) } }));
  }, 60_000);

  const whole = (runs: { run_id: string; parameters: Record<string, string> }[]) =>
    runs.map(({ run_id, parameters }) => [run_id, Object.keys(parameters).length]);
  const expected = () => ids.map((run_id) => [run_id, 41]);

  it('are found by both searches, all in one answer', async () => {
    const search = { experiments: [name], limit: 1_000 };
    const { status, headers, body } = await api.post<{ runs: never[]; matches: object; next_cursor: null }>(
      '/api/v1/runs/search',
      search,
    );
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect([whole(body.runs), body.matches, body.next_cursor]).toEqual([
      expected(),
      { count: RUNS, exact: true },
      null,
    ]);
    interface Found {
      runs: { info: { run_id: string }; data: { params: object[] } }[];
      next_page_token: string;
    }
    const wire = await api.post<Found>('/api/2.0/mlflow/runs/search', {
      experiment_ids: [String(id)],
      max_results: 110,
    });
    expect(wire.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(wire.body.runs.map(({ info, data }) => [info.run_id, data.params.length])).toEqual(expected().slice(0, 110));
    expect(wire.body.next_page_token).toEqual(expect.any(String));
  });

  it('are exported, a line each', async () => {
    const lines = (await text({ experiment: name, format: 'jsonl' })).trimEnd().split('\n');
    expect(whole(lines.map((line) => JSON.parse(line)))).toEqual(expected());
  });
});
