import { serverForAll } from './server-for-all.js';

const WIRE = '/api/2.0/mlflow';
const cellar = serverForAll('--api-only');

async function newExperiment(name: string): Promise<string> {
  return (await cellar.api.post<{ experiment_id: string }>(`${WIRE}/experiments/create`, { name })).body.experiment_id;
}

async function newRun(experiment_id: string): Promise<{ status: number; id?: string }> {
  const answer = await cellar.api.post<{ run?: { info: { run_id: string } } }>(`${WIRE}/runs/create`, {
    experiment_id,
  });
  return { status: answer.status, id: answer.body.run?.info.run_id };
}

it('leaves no active run in an experiment that is deleted while runs are created there', async () => {
  for (let round = 0; round < 5; round++) {
    const experiment_id = await newExperiment(`deleted meanwhile ${round}`);
    const creating = Promise.all(Array.from({ length: 30 }, () => newRun(experiment_id)));
    const deleted = await cellar.api.post(`${WIRE}/experiments/delete`, { experiment_id });
    expect(deleted.status).toBe(200);
    expect((await creating).filter(({ status }) => status !== 200 && status !== 400)).toEqual([]);
    const left = await cellar.api.post(`${WIRE}/runs/search`, { experiment_ids: [experiment_id] });
    expect(left.body).toEqual({});
  }
});

it('never fails when an experiment and its runs are deleted and restored at once', async () => {
  const experiment_id = await newExperiment('back and forth');
  const runs = await Promise.all(Array.from({ length: 60 }, () => newRun(experiment_id)));
  const run_ids = runs.map(({ id }) => id);
  const statuses: number[] = [];
  const client = async (path: string, body: unknown) => {
    for (let i = 0; i < 6; i++) statuses.push((await cellar.api.post(path, body)).status);
  };
  await Promise.all([
    client(`${WIRE}/experiments/delete`, { experiment_id }),
    client(`${WIRE}/experiments/restore`, { experiment_id }),
    client('/api/v1/runs/bulk', { run_ids, action: 'delete' }),
    client('/api/v1/runs/bulk', { run_ids: run_ids.toReversed(), action: 'restore' }),
  ]);
  expect(statuses.filter((status) => status >= 500)).toEqual([]);
});

it('takes or refuses whatever is written to a run that is deleted and restored meanwhile', async () => {
  const { id: run_id } = await newRun('0');
  const answers = new Set<string>();
  const client = async (times: number, ...requests: [path: string, body: object][]) => {
    for (let i = 0; i < times; i++) {
      for (const [path, body] of requests) {
        const { status, body: answer } = await cellar.api.post<{ message?: string }>(`${WIRE}/runs/${path}`, {
          run_id,
          ...body,
        });
        answers.add(status === 200 ? '200' : `${status} ${answer.message?.replace(run_id ?? '', '…')}`);
      }
    }
  };
  const several = (count: number, start: () => Promise<void>) => Array.from({ length: count }, start);
  await Promise.all([
    ...several(8, () => client(60, ['delete', {}], ['restore', {}])),
    ...several(4, () => client(60, ['set-tag', { key: 'a', value: 'b' }])),
    ...several(2, () => client(60, ['update', { status: 'RUNNING' }])),
    ...several(2, () => client(60, ['log-metric', { key: 'loss', value: 1, timestamp: 1, step: 0 }])),
    client(60, ['log-batch', { params: [{ key: 'alpha', value: '1' }] }]),
  ]);
  const refused = "400 The run … must be in the 'active' state. Current state is deleted.";
  expect([...answers].filter((answer) => answer !== refused)).toEqual(['200']);
});

it('writes all of the requests that agree on a parameter, and nothing of the others', async () => {
  const { id: run_id } = await newRun('0');
  const { id: other } = await newRun('0');
  const entry = (i: number) => ({
    params: [
      { key: 'shared', value: `${i % 3}` },
      { key: `own ${i}`, value: '' },
    ],
    tags: [{ key: `tag ${i}`, value: 'yes' }],
    metrics: [{ key: `metric ${i}`, value: i, timestamp: 1, step: 0 }],
  });
  const numbers = Array.from({ length: 40 }, (_, i) => i);
  const answers = await Promise.all(
    numbers.flatMap((i) => [
      cellar.api.post<{ message: string }>(`${WIRE}/runs/log-batch`, { run_id, ...entry(i) }),
      cellar.api.post<{ message: string }>(`${WIRE}/runs/log-batch`, { run_id: other, ...entry(3 * i) }),
    ]),
  );
  type Pair = { key: string; value: string | number };
  const logged = async (id?: string) => {
    const { body } = await cellar.api.get<{ run: { data: { params: Pair[]; tags: Pair[]; metrics: Pair[] } } }>(
      `${WIRE}/runs/get?run_id=${id}`,
    );
    const { params, tags, metrics } = body.run.data;
    const numbersOf = (pairs: Pair[], kind: string) =>
      pairs
        .filter(({ key }) => key.startsWith(`${kind} `))
        .map(({ key }) => Number(key.slice(kind.length)))
        .sort((a, b) => a - b);
    const shared = params.find(({ key }) => key === 'shared')?.value;
    return {
      shared,
      own: numbersOf(params, 'own'),
      tags: numbersOf(tags, 'tag'),
      metrics: numbersOf(metrics, 'metric'),
    };
  };
  const { shared, ...written } = await logged(run_id);
  const agreeing = numbers.filter((i) => `${i % 3}` === shared);
  expect(written).toEqual({ own: agreeing, tags: agreeing, metrics: agreeing });
  const all = numbers.map((i) => 3 * i);
  expect(await logged(other)).toEqual({ shared: '0', own: all, tags: all, metrics: all });
  for (const i of numbers) {
    const [{ status, body }, undisturbed] = answers.slice(2 * i);
    expect(undisturbed.status).toBe(200);
    if (agreeing.includes(i)) expect(status).toBe(200);
    else {
      expect(status).toBe(400);
      expect(body.message).toContain(`{'key': 'shared', 'old_value': '${shared}', 'new_value': '${i % 3}'}`);
    }
  }
});

it.each([
  ['the lowest step', 'runs/log-metric', { key: 'a', value: 1, timestamp: 1, step: '-9223372036854775808' }, 200],
  ['the highest step', 'runs/log-metric', { key: 'a', value: 1, timestamp: 1, step: '9223372036854775807' }, 200],
  ['a date before 4713 BC', 'runs/update', { end_time: -210866803200001 }, 400],
  ['the first date', 'runs/update', { end_time: -210866803200000 }, 200],
])('takes or refuses %s, and does not fail', async (_, path, body, status) => {
  const { id } = await newRun('0');
  expect((await cellar.api.post(`${WIRE}/${path}`, { run_id: id, ...body })).status).toBe(status);
});

it('refuses NUL wherever names are given', async () => {
  const { id } = await newRun('0');
  for (const path of [
    '/api/v1/runs?experiment=a%00b',
    '/api/v1/runs/export?experiment=%00',
    '/api/v1/experiments?name=%00',
    `/api/v1/runs/${id}/history?key=%00`,
  ]) {
    expect([path, (await cellar.api.get(path)).status]).toEqual([path, 400]);
  }
  expect((await cellar.api.post('/api/v1/runs/search', { experiments: ['\0'] })).status).toBe(400);
  expect((await cellar.api.post('/api/v1/curves', { run_ids: [id], keys: ['a\0b'] })).status).toBe(400);
});

it('purges a run whose experiment has a location that no artifact may have', async () => {
  const name = 'incoming';
  const { body } = await cellar.api.post<{ experiment_id: string }>(`${WIRE}/experiments/create`, {
    name,
    artifact_location: 'mlflow-artifacts:/.incoming',
  });
  const { id } = await newRun(body.experiment_id);
  const answer = await fetch(`${cellar.url}/api/v1/runs/${id}?purge=true`, { method: 'DELETE' });
  expect(answer.status).toBeLessThan(300);
});

it('answers each of many readers its own run, and those who ask for none that there is none', async () => {
  const experiment_id = await newExperiment('read at once');
  const ids = await Promise.all(
    Array.from({ length: 30 }, async (_, i) => {
      const { id } = await newRun(experiment_id);
      await cellar.api.post(`${WIRE}/runs/log-parameter`, { run_id: id, key: 'place', value: `${i}` });
      return id;
    }),
  );
  const missing = '0123456789abcdef0123456789abcdef';
  for (const path of [`${WIRE}/runs/get?run_id=`, '/api/v1/runs/']) {
    const wanted = [...ids, missing, ...ids.toReversed()];
    const answers = await Promise.all(wanted.map((id) => cellar.api.get(`${path}${id}`)));
    for (const [i, id] of wanted.entries()) {
      const text = JSON.stringify(answers[i].body);
      expect(answers[i].status).toBe(id === missing ? 404 : 200);
      expect(text).toContain(id === missing ? `Run with id=${missing} not found` : `"run_id":"${id}"`);
      if (id !== missing) expect(text).toMatch(new RegExp(`"place"(,"value")?:"${ids.indexOf(id)}"`));
    }
  }
});
