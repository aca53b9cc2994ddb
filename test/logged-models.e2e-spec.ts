import { serverForAll } from './server-for-all.js';

const WIRE = '/api/2.0/mlflow';

interface Model {
  info: {
    model_id: string;
    name: string;
    status: string;
    artifact_uri: string;
    tags?: { key: string; value: string }[];
    creation_timestamp_ms: number;
    last_updated_timestamp_ms: number;
  };
  data: {
    params?: { key: string; value: string }[];
    metrics?: { key: string; value: number | 'NaN'; step: number; dataset_name?: string }[];
  };
}
interface Answer {
  model: Model;
  models?: Model[];
  next_page_token?: string;
  experiment_id: string;
  run: {
    info: { run_id: string };
    data: { metrics?: { key: string }[]; tags: { key: string; value: string }[] };
    inputs: { model_inputs?: unknown };
    outputs: { model_outputs?: unknown };
  };
  dataset_summaries?: unknown;
  error_code?: string;
  message?: string;
}

const cellar = serverForAll();
let experiment: string;
let run: string;

async function call(method: string, path: string, body?: object): Promise<{ status: number; body: Answer }> {
  const answer = await fetch(`${cellar.url}${WIRE}/${path}`, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return { status: answer.status, body: (await answer.json()) as Answer };
}

/** @throws Error with the answer where it is no success */
async function succeed(method: string, path: string, body?: object): Promise<Answer> {
  const answer = await call(method, path, body);
  if (answer.status === 200) return answer.body;
  throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
}

async function createModel(fields: object = {}): Promise<string> {
  const { model } = await succeed('POST', 'logged-models', { experiment_id: experiment, ...fields });
  return model.info.model_id;
}

const getModel = async (id: string) => (await succeed('GET', `logged-models/${id}`)).model;
const logMetrics = (metrics: object[]) =>
  call('POST', 'runs/log-batch', { run_id: run, metrics: metrics.map((one) => ({ timestamp: 1, step: 0, ...one })) });
const search = (fields: object = {}) =>
  call('POST', 'logged-models/search', { experiment_ids: [experiment], ...fields });
const found = async (fields: object) => {
  const { status, body } = await search(fields);
  return status === 200 ? (body.models ?? []).map(({ info }) => info.name) : body;
};

let experiments = 0;
beforeEach(async () => {
  experiments += 1;
  experiment = (await succeed('POST', 'experiments/create', { name: `models ${experiments}` })).experiment_id;
  run = (await succeed('POST', 'runs/create', { experiment_id: experiment, start_time: 1 })).run.info.run_id;
});

describe('measurements', () => {
  it('may be many: a search answers all models in their order', async () => {
    const names = Array.from({ length: 9 }, (_, i) => `measured ${i}`);
    for (const name of names) {
      const id = await createModel({ name });
      for (let first = 0; first < 6_000; first += 1_000) {
        const metrics = Array.from({ length: 1_000 }, (_, i) => ({
          key: 'loss',
          value: i,
          step: first + i,
          model_id: id,
        }));
        expect((await logMetrics(metrics)).status).toBe(200);
      }
    }
    const { body } = await search({ order_by: [{ field_name: 'name', ascending: true }], max_results: 8 });
    expect(body.models?.map(({ info, data }) => [info.name, data.metrics?.length])).toEqual(
      names.slice(0, 8).map((name) => [name, 6_000]),
    );
    const last = await search({
      order_by: [{ field_name: 'name', ascending: true }],
      page_token: body.next_page_token,
    });
    expect(last.body.models?.map(({ info }) => info.name)).toEqual(names.slice(8));
    expect(last.body.next_page_token).toBeUndefined();
  });

  it('of NaN, infinities and several data sets are kept, and repeating them changes nothing', async () => {
    const id = await createModel();
    const metrics = [
      { key: 'loss', value: 'NaN', model_id: id },
      { key: 'loss', value: '-Infinity', model_id: id },
      { key: 'loss', value: 0.5, model_id: id, dataset_name: 'a', dataset_digest: '1' },
      { key: 'loss', value: 0.5, model_id: id, dataset_name: 'b', dataset_digest: '1' },
      { key: 'plain', value: 1 },
    ];
    for (let time = 0; time < 2; time += 1) expect((await logMetrics(metrics)).status).toBe(200);
    const { data } = await getModel(id);
    expect(data.metrics?.map(({ value, dataset_name }) => [value, dataset_name])).toEqual([
      [-Number.MAX_VALUE, undefined],
      [0.5, 'a'],
      [0.5, 'b'],
      ['NaN', undefined],
    ]);
    const { run: measured } = await succeed('GET', `runs/get?run_id=${run}`);
    expect(measured.data.metrics?.map(({ key }) => key)).toEqual(['loss', 'plain']);
  });

  it('of keys and data sets with the longest names are kept', async () => {
    const id = await createModel();
    const metric = { key: '界'.repeat(250), dataset_name: '😀'.repeat(500), dataset_digest: 'd'.repeat(36) };
    expect((await logMetrics([{ ...metric, value: 1, model_id: id }])).status).toBe(200);
    expect((await getModel(id)).data.metrics).toMatchObject([metric]);
  });

  it('on a data set whose name is longer than one may be are refused, and the run has none either', async () => {
    const id = await createModel();
    const answer = await logMetrics([{ key: 'acc', value: 1, model_id: id, dataset_name: 'n'.repeat(501) }]);
    expect(answer).toMatchObject({ status: 400, body: { error_code: 'INVALID_PARAMETER_VALUE' } });
    expect((await succeed('GET', `runs/get?run_id=${run}`)).run.data.metrics).toBeUndefined();
  });

  it('of a deleted model are kept by the run and by the model', async () => {
    const gone = await createModel();
    await succeed('DELETE', `logged-models/${gone}`);
    expect((await logMetrics([{ key: 'acc', value: 1, model_id: gone }])).status).toBe(200);
    expect((await succeed('GET', `runs/get?run_id=${run}`)).run.data.metrics).toHaveLength(1);
    const { model } = await succeed('GET', `logged-models/${gone}?allow_deleted=true`);
    expect(model.data.metrics).toMatchObject([{ key: 'acc', value: 1 }]);
  });

  it('of an unknown model are refused before the run has them', async () => {
    for (const model_id of [`m-${'0'.repeat(32)}`, 'anything']) {
      const answer = await logMetrics([
        { key: 'acc', value: 1 },
        { key: 'acc', value: 1, model_id },
      ]);
      expect(answer).toMatchObject({ status: 404, body: { error_code: 'RESOURCE_DOES_NOT_EXIST' } });
    }
    expect((await succeed('GET', `runs/get?run_id=${run}`)).run.data.metrics).toBeUndefined();
  });

  it('by a run that is deleted are refused before the model has them', async () => {
    const id = await createModel();
    await succeed('POST', 'runs/delete', { run_id: run });
    expect((await logMetrics([{ key: 'acc', value: 1, model_id: id }])).status).toBe(400);
    expect((await getModel(id)).data).toEqual({});
  });
});

describe('a search', () => {
  beforeEach(async () => {
    const values: Record<string, (number | string)[]> = { a: [0.9, 0.1], b: [0.5], c: ['NaN'], d: [], e: [0.5] };
    for (const [name, series] of Object.entries(values)) {
      const model_id = await createModel({ name, params: [{ key: 'p', value: name === 'a' ? 'x' : 'y' }] });
      const data = name === 'b' ? { dataset_name: 'wine', dataset_digest: '1' } : {};
      const metrics = series.map((value, step) => ({ key: 'acc', value, timestamp: step, step, model_id, ...data }));
      if (metrics.length > 0) expect((await logMetrics(metrics)).status).toBe(200);
    }
  });

  it.each([
    ['the newest first', [], ['e', 'd', 'c', 'b', 'a']],
    ['a name', [{ field_name: 'name' }], ['a', 'b', 'c', 'd', 'e']],
    ['a metric', [{ field_name: 'metrics.acc' }], ['a', 'e', 'b', 'c', 'd']],
    ['a metric, downward', [{ field_name: 'metrics.acc', ascending: false }], ['e', 'b', 'a', 'c', 'd']],
    ['a metric on a data set', [{ field_name: 'metrics.acc', dataset_name: 'wine' }], ['b', 'e', 'd', 'c', 'a']],
    ['an attribute with its prefix', [{ field_name: 'attributes.creation_time' }], ['a', 'b', 'c', 'd', 'e']],
  ])('by %s is the same page by page', async (_, order_by, names) => {
    expect(await found({ order_by })).toEqual(names);
    for (const max_results of [1, 2, 5]) {
      const pages: string[] = [];
      let page_token: string | undefined;
      do {
        const { models = [], next_page_token } = (await search({ order_by, max_results, page_token })).body;
        pages.push(...models.map(({ info }) => info.name));
        page_token = next_page_token;
      } while (page_token);
      expect(pages).toEqual(names);
    }
  });

  it('compares any measurement, on the data sets that are named', async () => {
    expect(await found({ filter: 'metrics.acc > 0.8' })).toEqual(['a']);
    expect(await found({ filter: 'metrics.acc < 0.2' })).toEqual(['a']);
    expect(await found({ filter: 'metrics.acc != 0.5' })).toEqual(['c', 'a']);
    expect(await found({ filter: 'metrics.acc > 0.2', datasets: [{ dataset_name: 'wine' }] })).toEqual(['b']);
    expect(await found({ datasets: [{ dataset_name: 'wine' }, { dataset_name: 'beer' }] })).toEqual(['b']);
    expect(await found({ filter: 'metrics.acc > 0.6', datasets: [{ dataset_name: 'wine' }] })).toEqual([]);
  });

  it('knows a status under both of its names', async () => {
    const ready = (await search({ filter: "name = 'b'" })).body.models?.[0].info.model_id ?? '';
    await succeed('PATCH', `logged-models/${ready}`, { status: 'LOGGED_MODEL_READY' });
    expect(await found({ filter: "status = 'READY'" })).toEqual(['b']);
    expect(await found({ filter: "status IN ('LOGGED_MODEL_READY')" })).toEqual(['b']);
    expect(await found({ filter: "attributes.status != 'PENDING'" })).toEqual(['b']);
  });

  it.each([
    [{ filter: "colour = 'red'" }],
    [{ filter: "param.p = 'x'" }],
    [{ order_by: [{ field_name: 'tags.a' }] }],
    [{ order_by: Array.from({ length: 21 }, () => ({ field_name: 'name' })) }],
    [{ max_results: -1 }],
    [{ experiment_ids: ['x'] }],
    [{ page_token: Buffer.from('{"of":"x","values":[]}').toString('base64') }],
  ])('refuses %j', async (fields) => {
    expect(await search(fields)).toMatchObject({ status: 400, body: { error_code: 'INVALID_PARAMETER_VALUE' } });
  });
});

describe('a model', () => {
  it('that is deleted is found by nothing but its id, and can not be changed', async () => {
    const id = await createModel({ name: 'gone' });
    await succeed('DELETE', `logged-models/${id}`, { model_id: id });
    expect(await found({ filter: "name = 'gone'" })).toEqual([]);
    expect((await succeed('GET', `logged-models/${id}?allow_deleted=true`)).model.info.name).toBe('gone');
    await succeed('DELETE', `logged-models/${id}`, { model_id: id });
    const pair = [{ key: 'a', value: '1' }];
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { status: 'LOGGED_MODEL_READY' }],
      ['PATCH', '/tags', { tags: pair }],
      ['DELETE', '/tags/a', undefined],
      ['POST', '/params', { params: pair }],
      ['GET', '/artifacts/directories', undefined],
    ] as const) {
      expect(await call(method, `logged-models/${id}${path}`, body)).toMatchObject({
        status: 404,
        body: { error_code: 'RESOURCE_DOES_NOT_EXIST' },
      });
    }
  });

  it('takes a parameter once, whoever comes first', async () => {
    const id = await createModel();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        call('POST', `logged-models/${id}/params`, {
          params: [
            { key: `own ${i}`, value: '1' },
            { key: 'shared', value: String(i % 3) },
          ],
        }),
      ),
    );
    const params = Object.fromEntries(((await getModel(id)).data.params ?? []).map(({ key, value }) => [key, value]));
    const { shared, ...own } = params;
    // Those with the winner's value are taken whole, the others not at all.
    const winners = answers.flatMap(({ status }, i) => (status === 200 ? [i] : []));
    expect(winners).toEqual([0, 3, 6, 9].map((i) => i + Number(shared)));
    expect(Object.keys(own).sort()).toEqual(winners.map((i) => `own ${i}`).sort());
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.every(({ status }) => status === 400)).toBe(true);
    expect(refused[0].body.message).toContain(`was already logged with value='${shared}' for model ID='${id}'`);
  });

  it('loses no tag to another that is set at the same time, and keys may hold slashes', async () => {
    const id = await createModel();
    const keys = Array.from({ length: 10 }, (_, i) => `team/${i}`);
    await Promise.all(
      keys.map((key) => succeed('PATCH', `logged-models/${id}/tags`, { tags: [{ key, value: 'red' }] })),
    );
    await succeed('DELETE', `logged-models/${id}/tags/team/0`);
    await succeed('POST', `logged-models/${id}/params`, { params: [{ key: 'depth', value: '3' }] });
    const { info } = await getModel(id);
    expect(info.tags?.map(({ key }) => key).sort()).toEqual(keys.slice(1));
    // To MLflow, only its status and its removal are changes of a model.
    expect(info.last_updated_timestamp_ms).toBe(info.creation_timestamp_ms);
  });

  it.each(['m-1', '%00', "m-' OR 1=1", 'x'.repeat(99)])('is none under the id %s', async (id) => {
    expect((await call('GET', `logged-models/${id}`)).status).toBe(404);
  });

  it('keeps its files below the location of its experiment', async () => {
    const location = 'mlflow-artifacts:/shelf/';
    const { experiment_id } = await succeed('POST', 'experiments/create', {
      name: `${experiments} with a place`,
      artifact_location: location,
    });
    const id = await createModel({ experiment_id });
    const { artifact_uri } = (await getModel(id)).info;
    expect(artifact_uri).toBe(`mlflow-artifacts:/shelf/models/${id}/artifacts`);
    const path = artifact_uri.replace('mlflow-artifacts:', '/api/2.0/mlflow-artifacts/artifacts');
    await fetch(`${cellar.url}${path}/data/a%20b.txt`, { method: 'PUT', body: 'text' });
    expect(await succeed('GET', `logged-models/${id}/artifacts/directories?artifact_directory_path=data`)).toEqual({
      root_uri: artifact_uri,
      files: [{ path: 'data/a b.txt', is_dir: false, file_size: 4 }],
    });
    const file = `${cellar.url}/ajax-api/2.0/mlflow/logged-models/${id}/artifacts/files?artifact_file_path=`;
    expect(await (await fetch(`${file}data/a%20b.txt`)).text()).toBe('text');
    for (const [wrong, status] of [
      ['data/none', 404],
      ['data', 400],
      ['', 400],
      ['../../x', 400],
    ] as const) {
      expect((await fetch(file + wrong)).status).toBe(status);
    }
  });
});

describe('a run', () => {
  it('has each of its models once, with the last step', async () => {
    const [made, used] = [await createModel(), await createModel()];
    for (const step of [1, 7, 7]) {
      await succeed('POST', 'runs/outputs', { run_id: run, models: [{ model_id: made, step }] });
    }
    await succeed('POST', 'runs/log-inputs', { run_id: run, models: [{ model_id: used }, { model_id: used }] });
    const { inputs, outputs } = (await succeed('GET', `runs/get?run_id=${run}`)).run;
    expect(inputs.model_inputs).toEqual([{ model_id: used }]);
    expect(outputs.model_outputs).toEqual([{ model_id: made, step: 7 }]);
  });

  it('that is deleted takes no models', async () => {
    const id = await createModel();
    await succeed('POST', 'runs/delete', { run_id: run });
    const body = { run_id: run, models: [{ model_id: id, step: 0 }] };
    for (const path of ['runs/outputs', 'runs/log-inputs']) expect((await call('POST', path, body)).status).toBe(400);
  });

  it('keeps the history of an old client whole when several models arrive together', async () => {
    const send = (name: string) =>
      succeed('POST', 'runs/log-model', {
        run_id: run,
        model_json: JSON.stringify({
          artifact_path: name,
          flavors: {},
          utc_time_created: 'now',
          run_id: run,
          signature: { inputs: '[]' },
        }),
      });
    const names = Array.from({ length: 8 }, (_, i) => `model ${i}`);
    await Promise.all(names.map(send));
    await send('last');
    await send('last');
    const { tags } = (await succeed('GET', `runs/get?run_id=${run}`)).run.data;
    const text = tags.find(({ key }) => key === 'mlflow.log-model.history')?.value ?? '';
    const history = JSON.parse(text) as { artifact_path: string; signature?: unknown }[];
    expect(history.map(({ artifact_path }) => artifact_path).sort()).toEqual(['last', ...names]);
    expect(history.every(({ signature }) => signature === undefined)).toBe(true);
  });

  it('makes its data sets those of its experiment', async () => {
    const dataset = { name: 'wine', digest: '1', source_type: 'local', source: 'x' };
    const tags = [{ key: 'mlflow.data.context', value: 'train' }];
    await succeed('POST', 'runs/log-inputs', { run_id: run, datasets: [{ dataset, tags }] });
    expect(await succeed('POST', 'experiments/search-datasets', { experiment_ids: [experiment] })).toEqual({
      dataset_summaries: [{ experiment_id: experiment, name: 'wine', digest: '1', context: 'train' }],
    });
  });
});
