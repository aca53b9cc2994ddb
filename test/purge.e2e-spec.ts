import { existsSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ApiClient } from './api-client.js';
import { CellarProcess } from './cellar-process.js';
import { Installation, waitFor } from './installation.js';

/** Every table that holds something of a run, and the column that names it. */
const TABLES: [table: string, column: string][] = [
  ['run', 'id'],
  ['task', 'id'],
  ['metric_series', 'run_id'],
  ['latest_metric', 'run_id'],
  ['run_parameter', 'run_id'],
  ['run_tag', 'run_id'],
  ['run_input', 'run_id'],
];
let installation: Installation;
let api: ApiClient;
let names = 0;

beforeAll(async () => {
  installation = await Installation.create('postgres');
  api = new ApiClient((await installation.start('main')).url);
});

afterAll(() => installation?.remove());

async function remove(path: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(api.url + path, { method: 'DELETE' });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function experiment(): Promise<number> {
  const { body } = await api.post<{ experiment_id: number }>('/api/v1/experiments', { name: `purged ${++names}` });
  return body.experiment_id;
}

/** A run with something in every table but the tasks, and a file. */
async function fullRun(experimentId: number): Promise<string> {
  const { body } = await api.post<{ run_id: string }>('/api/v1/runs', {
    experiment_id: experimentId,
    parameters: { alpha: '1' },
    tags: { stage: 'x' },
  });
  const id = body.run_id;
  await api.post(`/api/v1/runs/${id}/log`, { metrics: [{ key: 'loss', value: 1 }] });
  await api.post('/api/2.0/mlflow/runs/log-inputs', {
    run_id: id,
    datasets: [{ dataset: { name: 'd', digest: 'x', source_type: 'local', source: '{}' } }],
  });
  const stored = await fetch(`${api.url}/api/v1/runs/${id}/artifacts/a.txt`, { method: 'PUT', body: 'text' });
  expect(stored.status).toBe(200);
  return id;
}

async function rowsOf(id: string): Promise<Record<string, number>> {
  const counts = TABLES.map(async ([table, column]): Promise<[string, number]> => {
    const [{ count }] = await installation.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM ${table} WHERE ${column} = $1`,
      [id],
    );
    return [table, count];
  });
  return Object.fromEntries(await Promise.all(counts));
}

/** A model with a file, a measurement and a run that made it. */
async function modelOf(experimentId: number, run: string): Promise<string> {
  const wire = `${api.url}/api/2.0/mlflow`;
  const { body } = await api.post<{ model: { info: { model_id: string } } }>('/api/2.0/mlflow/logged-models', {
    experiment_id: String(experimentId),
    name: 'net',
    source_run_id: run,
  });
  const { model_id } = body.model.info;
  const file = `${wire}-artifacts/artifacts/${experimentId}/models/${model_id}/artifacts/MLmodel`;
  expect((await fetch(file, { method: 'PUT', body: 'flavors: {}' })).status).toBe(200);
  const metric = { run_id: run, key: 'loss', value: 1, timestamp: 1, step: 0, model_id };
  await api.post('/api/2.0/mlflow/runs/log-metric', metric);
  await api.post('/api/2.0/mlflow/runs/outputs', { run_id: run, models: [{ model_id, step: 0 }] });
  return model_id;
}

/** Of the model itself, of what was measured of it, and of what links it to runs. */
async function rowsOfModel(id: string): Promise<number[]> {
  const columns = { logged_model: 'id', logged_model_metric: 'model_id', run_model: 'model_id' };
  const counts = Object.entries(columns).map(([table, column]) =>
    installation.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table} WHERE ${column} = $1`, [id]),
  );
  return (await Promise.all(counts)).map(([{ count }]) => count);
}

const keysOf = async (experimentId: number) =>
  (await api.get(`/api/v1/experiments/${experimentId}/keys?kind=parameter`)).body.keys;
const folderOf = (experimentId: number, id: string) =>
  join(installation.folder.dataDir, 'artifacts', String(experimentId), id);
const nothing = Object.fromEntries(TABLES.map(([table]) => [table, 0]));

describe('purging', () => {
  it('a run frees all its rows and files, and leaves those of its neighbour', async () => {
    const id = await experiment();
    const [gone, stays] = [await fullRun(id), await fullRun(id)];
    const full = await rowsOf(stays);
    expect(full).toEqual({ ...Object.fromEntries(TABLES.map(([table]) => [table, 1])), task: 0 });
    expect(await keysOf(id)).toEqual([{ key: 'alpha', runs: 2 }]);
    expect(await remove(`/api/v1/runs/${gone}?purge=true`)).toEqual({
      status: 200,
      body: { run_id: gone, state: 'purged' },
    });
    expect(await rowsOf(gone)).toEqual(nothing);
    expect(await rowsOf(stays)).toEqual(full);
    expect([existsSync(folderOf(id, gone)), existsSync(folderOf(id, stays))]).toEqual([false, true]);
    expect(await keysOf(id)).toEqual([{ key: 'alpha', runs: 1 }]);
    await remove(`/api/v1/runs/${stays}?purge=true`);
    expect(await keysOf(id)).toEqual([]);
    expect((await remove(`/api/v1/runs/${gone}?purge=true`)).status).toBe(404);
  });

  it('a run takes along a file that arrives while it goes', async () => {
    const experimentId = await experiment();
    const id = await fullRun(experimentId);
    let finish: (() => void) | undefined;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('begun'));
        finish = () => controller.close();
      },
    });
    const upload = { method: 'PUT', body, duplex: 'half' } as RequestInit;
    const uploading = fetch(`${api.url}/api/v1/runs/${id}/artifacts/late.bin`, upload);
    const incoming = join(installation.folder.dataDir, 'artifacts/.incoming');
    await waitFor('the upload', 10_000, async () => readdirSync(incoming).length === 1);
    expect((await remove(`/api/v1/runs/${id}?purge=true`)).body.state).toBe('purged');
    finish?.();
    expect((await uploading).status).toBe(404);
    expect(existsSync(join(installation.folder.dataDir, 'artifacts', String(experimentId)))).toBe(false);
  });

  it('many runs at once keeps nobody from working', async () => {
    const id = await experiment();
    const runs = await Promise.all(Array.from({ length: 40 }, () => fullRun(id)));
    const purges = Promise.all(runs.map((run) => remove(`/api/v1/runs/${run}?purge=true`)));
    const others = await Promise.all(Array.from({ length: 10 }, () => api.get(`/api/v1/experiments/${id}`)));
    expect(others.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect((await purges).map(({ status }) => status)).toEqual(Array(40).fill(200));
    expect(await keysOf(id)).toEqual([]);
  });

  it('leaves a run whose files can not be removed, and frees the others', async () => {
    const id = await experiment();
    const runs = await Promise.all(Array.from({ length: 3 }, () => fullRun(id)));
    const folder = folderOf(id, runs[1]);
    renameSync(folder, `${folder}.elsewhere`);
    symlinkSync(`${folder}.elsewhere`, folder);
    const bulk = await api.post('/api/v1/runs/bulk', { run_ids: runs, action: 'purge' });
    expect([bulk.status, bulk.body.code]).toEqual([503, 'UNAVAILABLE']);
    expect(bulk.body.message).toContain(`The files of run ${runs[1]} can not be removed`);
    expect([await rowsOf(runs[0]), await rowsOf(runs[2])]).toEqual([nothing, nothing]);
    expect((await remove(`/api/v1/experiments/${id}?purge=true`)).status).toBe(503);

    rmSync(folder);
    renameSync(`${folder}.elsewhere`, folder);
    for (const path of [`experiments/${id}`, `runs/${runs[1]}`]) {
      expect((await api.post(`/api/v1/${path}/restore`, {})).status).toBe(200);
    }
    const kept = await fetch(`${api.url}/api/v1/runs/${runs[1]}/artifacts/a.txt`);
    expect(await kept.text()).toBe('text');
    expect((await remove(`/api/v1/experiments/${id}?purge=true`)).status).toBe(200);
  });

  it('the run of a task takes the task along, at once', async () => {
    const id = await api.submit({});
    await api.ended(id);
    await remove(`/api/v1/runs/${id}?purge=true`);
    expect((await api.get(`/task/${id}`)).status).toBe(404);
    expect(await rowsOf(id)).toEqual(nothing);
  });

  it('an experiment frees it with all its runs', async () => {
    const id = await experiment();
    const [run, restored] = [await fullRun(id), await fullRun(id)];
    expect((await remove(`/api/v1/experiments/${id}`)).body).toEqual({ experiment_id: id, state: 'deleted' });
    await api.post(`/api/v1/runs/${restored}/restore`, {});
    expect((await remove(`/api/v1/experiments/${id}?purge=true`)).body.state).toBe('purged');
    expect((await api.get(`/api/v1/experiments/${id}`)).status).toBe(404);
    expect([await rowsOf(run), await rowsOf(restored)]).toEqual([nothing, nothing]);
    expect(existsSync(join(installation.folder.dataDir, 'artifacts', String(id)))).toBe(false);
    expect(await installation.query('SELECT 1 FROM dataset WHERE experiment_id = $1', [id])).toEqual([]);
  });

  it('an experiment frees its models, with their files and what was measured of them', async () => {
    const id = await experiment();
    const run = await fullRun(id);
    const model = await modelOf(id, run);
    const file = join(installation.folder.dataDir, 'artifacts', String(id), 'models', model, 'artifacts/MLmodel');
    expect([existsSync(file), await rowsOfModel(model)]).toEqual([true, [1, 1, 1]]);
    // What links a run to a model goes with the run, the model stays.
    await remove(`/api/v1/runs/${run}?purge=true`);
    expect([existsSync(file), await rowsOfModel(model)]).toEqual([true, [1, 1, 0]]);
    expect((await remove(`/api/v1/experiments/${id}?purge=true`)).body.state).toBe('purged');
    expect(existsSync(join(installation.folder.dataDir, 'artifacts', String(id)))).toBe(false);
    expect(await rowsOfModel(model)).toEqual([0, 0, 0]);
  });

  it('is refused for the default experiment and those of the catalogue', async () => {
    const wine = await api.get<{ experiments: { experiment_id: number }[] }>('/api/v1/experiments?name=wine-quality');
    const answers = await Promise.all(
      [0, wine.body.experiments[0].experiment_id].map((id) => remove(`/api/v1/experiments/${id}?purge=true`)),
    );
    expect(answers.map(({ status }) => status)).toEqual([409, 409]);
  });

  it('frees the Idempotency-Key of a task, too', async () => {
    const submit = async () => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': 'purged' };
      const answer = await fetch(`${api.url}/experiment/wine-quality/`, { method: 'POST', headers, body: '{}' });
      return ((await answer.json()) as { task_id: string }).task_id;
    };
    const first = await submit();
    expect(await submit()).toBe(first);
    await api.ended(first);
    await remove(`/api/v1/runs/${first}?purge=true`);
    const second = await submit();
    expect(second).not.toBe(first);
    await api.ended(second);
  });
});

describe('an experiment of the catalogue', () => {
  it('keeps its name and its place, because tasks are added to it by its name', async () => {
    const { body } = await api.get<{ experiments: { experiment_id: number }[] }>(
      '/api/v1/experiments?name=wine-quality',
    );
    const path = `/api/v1/experiments/${body.experiments[0].experiment_id}`;
    const change = (given: object) =>
      fetch(api.url + path, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(given),
      });
    expect((await change({ name: 'my wine' })).status).toBe(409);
    expect((await remove(path)).status).toBe(409);
    const id = String(body.experiments[0].experiment_id);
    for (const [route, given] of [
      ['update', { experiment_id: id, new_name: 'my wine' }],
      ['delete', { experiment_id: id }],
    ] as const) {
      expect((await api.post(`/api/2.0/mlflow/experiments/${route}`, given)).status).toBe(400);
    }
    expect((await change({ tags: { team: 'growth' } })).status).toBe(200);
  });
});

describe('the bin', () => {
  it('hides the run of a task from the results', async () => {
    const results = async () =>
      (await api.get<{ results: { task_id: string }[] }>('/experiment/wine-quality/results')).body.results.map(
        ({ task_id }) => task_id,
      );
    const id = await api.submit({});
    await api.ended(id);
    expect(await results()).toContain(id);
    const headers = { 'content-type': 'application/json' };
    // Many clients name a type although they send nothing.
    expect((await fetch(`${api.url}/api/v1/runs/${id}`, { method: 'DELETE', headers })).status).toBe(200);
    expect(await results()).not.toContain(id);
    await api.post(`/api/v1/runs/${id}/restore`, {});
    expect(await results()).toContain(id);
  });

  it('gives back a run and an experiment with its runs', async () => {
    const id = await experiment();
    const run = await fullRun(id);
    await remove(`/api/v1/experiments/${id}`);
    expect((await api.get(`/api/v1/runs/${run}`)).body.lifecycle).toBe('deleted');
    const restored = await api.post(`/api/v1/experiments/${id}/restore`, {});
    expect([restored.status, restored.body.lifecycle]).toEqual([200, 'active']);
    expect((await api.get(`/api/v1/runs/${run}`)).body.lifecycle).toBe('active');
  });

  it('is emptied of what was deleted long ago, where the settings say so', async () => {
    const id = await experiment();
    const [old, recent, active] = [await fullRun(id), await fullRun(id), await fullRun(id)];
    for (const run of [old, recent]) await remove(`/api/v1/runs/${run}`);
    await installation.query(`UPDATE run SET deleted_at = now() - interval '8 days' WHERE id = $1`, [old]);
    const models = [await modelOf(id, active), await modelOf(id, active)];
    for (const model of models) await remove(`/api/2.0/mlflow/logged-models/${model}`);
    await installation.query(`UPDATE logged_model SET deleted_at = now() - interval '8 days' WHERE id = $1`, [
      models[0],
    ]);
    // A worker may have its files elsewhere, so it leaves the bin alone.
    const worker = await CellarProcess.start('worker', { ...installation.env, PURGE_AFTER_DAYS: '7' });
    await worker.stop();
    expect((await api.get(`/api/v1/runs/${old}`)).status).toBe(200);
    const other = await CellarProcess.start('main', { ...installation.env, PURGE_AFTER_DAYS: '7' });
    try {
      await waitFor('the purge', 10_000, async () => (await rowsOfModel(models[0]))[0] === 0);
    } finally {
      await other.stop();
    }
    expect(await rowsOf(old)).toEqual(nothing);
    expect(existsSync(folderOf(id, old))).toBe(false);
    expect(readdirSync(folderOf(id, 'models'))).toEqual([models[1]]);
    const left = await Promise.all([recent, active].map((run) => api.get(`/api/v1/runs/${run}`)));
    expect(left.map(({ body }) => body.lifecycle)).toEqual(['deleted', 'active']);
  });
});
