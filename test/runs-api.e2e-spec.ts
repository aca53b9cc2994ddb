import type { ErrorAnswer } from './api-client.js';
import { serverForAll } from './server-for-all.js';

interface RunAnswer {
  run_id: string;
  experiment_id: number;
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

interface Document {
  paths: Record<string, { get: { responses: Record<number, { content: Record<string, unknown> }> } }>;
}

const cellar = serverForAll();
let names = 0;

async function experiment(): Promise<string> {
  const name = `experiment ${++names}`;
  expect((await cellar.api.post('/api/v1/experiments', { name })).status).toBe(201);
  return name;
}

async function run(name: string, body: Record<string, unknown> = {}): Promise<RunAnswer> {
  const answer = await cellar.api.post<RunAnswer>('/api/v1/runs', { experiment: name, ...body });
  expect(answer.status).toBe(201);
  return answer.body;
}

async function patch<Body>(path: string, body: unknown): Promise<{ status: number; body: Body }> {
  const answer = await fetch(cellar.api.url + path, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Body };
}

const search = (body: unknown) => cellar.api.post<PageAnswer>('/api/v1/runs/search', body);

describe('a run', () => {
  it('is created, logged to, changed and read in both spellings of its id', async () => {
    const name = await experiment();
    const created = await run(name, { name: 'first', parameters: { alpha: '0.1' }, tags: { a: '1', b: '2' } });
    expect(created).toMatchObject({ experiment: name, name: 'first', status: 'RUNNING', task: null, end_time: null });
    const path = `/api/v1/runs/${created.run_id}`;
    const logged = await cellar.api.post(`${path}/log`, {
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
    const { body } = await cellar.api.get<RunAnswer>(
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
    const again = await patch<RunAnswer>(path, { status: 'FINISHED' });
    expect(again.body.end_time).toBe(body.end_time);
    const failed = await patch<RunAnswer>(path, { status: 'FAILED' });
    expect(Date.parse(failed.body.end_time ?? '')).toBeGreaterThan(Date.parse(body.end_time ?? ''));
    const reopened = await patch<RunAnswer>(path, { status: 'RUNNING' });
    expect([reopened.body.status, reopened.body.end_time]).toEqual(['RUNNING', null]);
    // In one commit, in this order.
    await Promise.all([patch(path, { status: 'SCHEDULED' }), patch(path, { status: 'KILLED', end_time: 1e12 })]);
    const last = await cellar.api.get<RunAnswer>(path);
    expect(last.body).toMatchObject({ status: 'KILLED', end_time: new Date(1e12).toISOString() });
  });

  it('has a name that can be seen', async () => {
    const { status, body } = await cellar.api.post<ErrorAnswer>('/api/v1/runs', { experiment_id: 0, name: ' ' });
    expect([status, body.details?.[0]]).toMatchObject([400, { field: 'name' }]);
    expect((await cellar.api.post('/api/v1/experiments', { name: '\t' })).status).toBe(400);
  });

  it('is found by the labels that it has, whoever changes them at the same time', async () => {
    const name = await experiment();
    const { run_id } = await run(name, {
      parameters: { alpha: '1' },
      tags: { kept: '1', gone: '1', 'mlflow.runName': 'r' },
    });
    const changes = [
      { gone: null },
      { kept: '2' },
      { come: '1' },
      { come: '2', never: null },
      { 'mlflow.runName': 'renamed' },
    ];
    const answers = await Promise.all(changes.map((tags) => patch(`/api/v1/runs/${run_id}`, { tags })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const { body } = await search({
      experiments: [name],
      filter: "tags.kept = '2' AND params.alpha = '1' AND tags.gone IS NULL",
    });
    const [{ name: runName, tags }] = body.runs;
    expect([runName, tags.kept, Object.keys(tags).sort()]).toEqual(['renamed', '2', ['come', 'kept']]);
    expect(['1', '2']).toContain(tags.come);
    const keysOf = async (kind: string) =>
      (await cellar.api.get<{ keys: unknown[] }>(`/api/v1/experiments/${body.runs[0].experiment_id}/keys?kind=${kind}`))
        .body.keys;
    expect(await keysOf('tag')).toEqual([
      { key: 'come', runs: 1 },
      { key: 'kept', runs: 1 },
    ]);
    expect(await keysOf('parameter')).toEqual([{ key: 'alpha', runs: 1 }]);
  });

  it('takes as many points in one request as may be named, with long names', async () => {
    const { run_id } = await run(await experiment());
    const key = 'validation/'.padEnd(250, 'x');
    const metrics = Array.from({ length: 10_000 }, (_, step) => ({
      key,
      value: Math.random(),
      step,
      timestamp: 1.7e12 + step,
    }));
    const answer = await cellar.api.post(`/api/v1/runs/${run_id}/log`, { metrics });
    expect([answer.status, answer.body.points]).toEqual([200, 10_000]);
  });

  it.each(['application/json', 'application/json; charset=latin1'])(
    'takes no text that is not UTF-8, as %s',
    async (type) => {
      const body = Buffer.from('{"experiment_id":0,"name":"\xfc"}', 'latin1');
      const answer = await fetch(`${cellar.api.url}/api/v1/runs`, {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      });
      const { code, details } = (await answer.json()) as ErrorAnswer;
      expect([answer.status, code, details[0].reason]).toEqual([400, 'MALFORMED_JSON', 'is not UTF-8']);
    },
  );

  it('that a task fills names it', async () => {
    const id = await cellar.api.submit({});
    await cellar.api.ended(id);
    const { body } = await cellar.api.get<RunAnswer>(`/api/v1/runs/${id}`);
    expect(body.task).toBe(`${cellar.api.url}/task/${id}`);
  });

  it.each([
    [{ metrics: [{ key: '../x', value: 1 }] }, 'metrics.0.key'],
    [{ metrics: [{ key: 'x', value: 'much' }] }, 'metrics.0.value'],
    [{ metrics: Array.from({ length: 10_001 }, () => ({ key: 'x', value: 1 })) }, 'metrics'],
    [{ parameters: { 'a//b': '1' } }, 'parameters.a//b'],
    [{ tags: { a: 'nul\0' } }, 'tags.a'],
  ])('refuses what can not be logged: %#', async (body, field) => {
    const { run_id } = await run(await experiment());
    const answer = await cellar.api.post<ErrorAnswer>(`/api/v1/runs/${run_id}/log`, body);
    expect([answer.status, answer.body.details[0].field]).toEqual([400, field]);
  });

  it('keeps its parameters', async () => {
    const { run_id } = await run(await experiment(), { parameters: { alpha: '1' } });
    const answer = await cellar.api.post<ErrorAnswer>(`/api/v1/runs/${run_id}/log`, { parameters: { alpha: '2' } });
    expect([answer.status, answer.body.code]).toEqual([409, 'PARAMETER_CHANGED']);
  });

  it('needs an experiment, and one only', async () => {
    const name = await experiment();
    const answers = await Promise.all([
      cellar.api.post('/api/v1/runs', {}),
      cellar.api.post('/api/v1/runs', { experiment: name, experiment_id: 0 }),
      cellar.api.post('/api/v1/runs', { experiment: 'none' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 404]);
  });
});

describe('the metrics of a run', () => {
  interface HistoryAnswer {
    points: { step: number; timestamp: number; value: number | string }[];
    next_cursor: string | null;
  }
  const KEY = 'train/loss';
  let name: string;
  let id: string;
  const points = Array.from({ length: 2_500 }, (_, i) => ({
    key: KEY,
    value: i === 1_234 ? 1e6 : i === 7 ? 'NaN' : Math.sin(i),
    step: i,
    timestamp: 1_000 + i,
  }));

  beforeAll(async () => {
    name = await experiment();
    id = (await run(name)).run_id;
    // Backwards and in pieces, with one of them twice.
    for (const start of [2_000, 1_000, 0, 1_000]) {
      const answer = await cellar.api.post(`/api/v1/runs/${id}/log`, { metrics: points.slice(start, start + 1_000) });
      expect(answer.status).toBe(200);
    }
    await cellar.api.post(`/api/v1/runs/${id}/log`, { metrics: [{ key: 'Other', value: '-Infinity' }] });
  });

  it('are read in pages, each point once', async () => {
    const seen: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { status, body }: { status: number; body: HistoryAnswer } = await cellar.api.get<HistoryAnswer>(
        `/api/v1/runs/${id}/history?key=${KEY}&limit=700${cursor && `&cursor=${cursor}`}`,
      );
      expect(status).toBe(200);
      seen.push(...body.points);
      cursor = body.next_cursor;
    }
    expect(seen).toEqual(points.map(({ value, step, timestamp }) => ({ value, step, timestamp })));
  });

  it('are streamed whole, as the documentation says', async () => {
    const { body: document } = await cellar.api.get<Document>('/docs-json');
    const documented = document.paths['/api/v1/runs/{id}/history'].get.responses[200].content;
    const text = async (format: string) => {
      const answer = await fetch(`${cellar.api.url}/api/v1/runs/${id}/history?key=${KEY}&format=${format}`);
      expect(Object.keys(documented)).toContain(answer.headers.get('content-type')?.split(';')[0]);
      return answer.text();
    };
    const lines = (await text('jsonl')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      points.map(({ value, step, timestamp }) => ({ value, step, timestamp })),
    );
    expect((await text('csv')).split('\r\n').slice(0, 2)).toEqual(['step,timestamp,value', '0,1000,0']);
  });

  it('are read on behind a point whose time no double tells exactly', async () => {
    const { run_id } = await run(await experiment());
    for (const step of [1, 2]) {
      const point = { run_id, key: 'ns', value: step, step, timestamp: `17000000000000000${step}1` };
      expect((await cellar.api.post('/api/2.0/mlflow/runs/log-metric', point)).status).toBe(200);
    }
    const path = `/api/v1/runs/${run_id}/history?key=ns&limit=1`;
    const { body } = await cellar.api.get<HistoryAnswer>(path);
    const { body: next } = await cellar.api.get<HistoryAnswer>(`${path}&cursor=${body.next_cursor}`);
    expect([...body.points, ...next.points].map(({ step }) => step)).toEqual([1, 2]);
  });

  it('refuse the cursor of another metric, and a run that does not exist', async () => {
    const { body } = await cellar.api.get<HistoryAnswer>(`/api/v1/runs/${id}/history?key=${KEY}&limit=1`);
    const answers = await Promise.all([
      cellar.api.get(`/api/v1/runs/${id}/history?key=Other&cursor=${body.next_cursor}`),
      cellar.api.get(`/api/v1/runs/${'0'.repeat(32)}/history?key=${KEY}`),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 404]);
  });

  it('are summed up', async () => {
    const { body } = await cellar.api.get(`/api/v1/runs/${id}/metrics`);
    const values = points.map(({ value }) => Number(value)).filter((value) => !Number.isNaN(value));
    expect(body).toEqual({
      metrics: [
        { key: 'Other', last: expect.anything(), min: '-Infinity', max: '-Infinity', count: 1 },
        {
          key: KEY,
          last: { step: 2_499, timestamp: 3_499, value: Math.sin(2_499) },
          min: Math.min(...values),
          max: 1e6,
          count: 2_500,
        },
      ],
    });
  });

  it('are thinned out without losing an extreme', async () => {
    const { status, body } = await cellar.api.post<{
      curves: { run_id: string; key: string; x: number[]; y: unknown[]; count: number; exact: boolean }[];
    }>('/api/v1/curves', { run_ids: [id], keys: ['none', KEY, 'Other'], points: 40, from: 10, to: 2_000 });
    expect(status).toBe(200);
    expect(body.curves.map(({ run_id, key, count, exact }) => [run_id, key, count, exact])).toEqual([
      [id, KEY, 1_991, false],
    ]);
    const [curve] = body.curves;
    expect(curve.x.length).toBeLessThanOrEqual(40);
    expect([curve.x[0], curve.x.at(-1)]).toEqual([10, 2_000]);
    expect(curve.y).toContain(1e6);
  });

  it('are among the keys of the experiment, by code point', async () => {
    const { body: all } = await cellar.api.get<{ experiments: { experiment_id: number }[] }>(
      `/api/v1/experiments?name=${encodeURIComponent(name)}`,
    );
    const path = `/api/v1/experiments/${all.experiments[0].experiment_id}/keys`;
    const first = await cellar.api.get<{ keys: unknown[]; next_cursor: string }>(`${path}?limit=1`);
    expect(first.body.keys).toEqual([{ key: 'Other', runs: 1 }]);
    const second = await cellar.api.get(`${path}?limit=1&cursor=${first.body.next_cursor}`);
    expect(second.body).toEqual({ keys: [{ key: KEY, runs: 1 }], next_cursor: null });
    expect((await cellar.api.get(`${path}?prefix=train`)).body.keys).toEqual([{ key: KEY, runs: 1 }]);
    expect((await cellar.api.get(`${path}?prefix=rain`)).body.keys).toEqual([]);
    expect((await cellar.api.get(`${path}?sort=runs&cursor=${first.body.next_cursor}`)).status).toBe(400);
    expect((await cellar.api.get(`${path}?prefix=t&cursor=${first.body.next_cursor}`)).status).toBe(400);
  });
});

describe('the keys of an experiment', () => {
  it('can begin with those that most runs have', async () => {
    const name = await experiment();
    await run(name, { parameters: { a: '1', b: '1', c: '1' } });
    await run(name, { parameters: { b: '2', c: '2' } });
    const { body } = await search({ experiments: [name] });
    const path = `/api/v1/experiments/${body.runs[0].experiment_id}/keys?kind=parameter&sort=runs&limit=1`;
    const keys: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: { keys: unknown[]; next_cursor: string | null } = (
        await cellar.api.get<typeof page>(`${path}${cursor && `&cursor=${cursor}`}`)
      ).body;
      keys.push(...page.keys);
      cursor = page.next_cursor;
    }
    expect(keys).toEqual([
      { key: 'b', runs: 2 },
      { key: 'c', runs: 2 },
      { key: 'a', runs: 1 },
    ]);
  });
});

describe('the search', () => {
  it('filters, orders, pages and counts, by POST and by address', async () => {
    const name = await experiment();
    for (let i = 0; i < 7; i++) {
      const { run_id } = await run(name, { parameters: { i: String(i) } });
      await cellar.api.post(`/api/v1/runs/${run_id}/log`, { metrics: [{ key: 'loss', value: i }] });
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
    const { body } = await cellar.api.get<PageAnswer>(`/api/v1/runs?${address.toString()}`);
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
      ].map((query) => cellar.api.post<ErrorAnswer>('/api/v1/runs/search', { ...query, cursor: body.next_cursor })),
    );
    expect(refused.map((answer) => [answer.status, answer.body.details[0].field])).toEqual(
      refused.map(() => [400, 'cursor']),
    );
  });

  it('names the place of an error', async () => {
    const { status, body } = await cellar.api.post<ErrorAnswer>('/api/v1/runs/search', {
      filter: 'metrics.loss > "high"',
    });
    expect([status, body.details]).toEqual([
      400,
      [{ field: 'filter', reason: expect.stringContaining('position 15'), allowed: expect.stringContaining('number') }],
    ]);
  });
});
