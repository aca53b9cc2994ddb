import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ApiClient } from './api-client.js';
import { serverForAll } from './server-for-all.js';

const cellar = serverForAll();

interface Files {
  files?: { path: string }[];
}

it('gives the model of a finished task as a file of its run, with the SHA-256 of both model and data', async () => {
  const task = await cellar.api.ended(await cellar.api.submit({ alpha: 0.1 }));
  const { run_id, model_file } = task as unknown as { run_id: string; model_file: { path: string; sha256: string } };
  expect(model_file.path).toBe('model.json');

  const listed = await cellar.api.get<Files>(`/api/2.0/mlflow/artifacts/list?run_id=${run_id}`);
  expect(listed.body.files?.map(({ path }) => path)).toEqual(['model.json']);
  const response = await fetch(`${cellar.url}/api/v1/runs/${run_id}/artifacts/model.json`);
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(model_file.sha256);

  const model = JSON.parse(bytes.toString('utf8'));
  expect(model).toMatchObject({ experiment: 'wine-quality', parameters: { alpha: 0.1, l1_ratio: 0.5 }, ...task.model });
  const data = readFileSync(new URL('../data/winequality-red.csv', import.meta.url));
  expect(model.data.sha256).toBe(createHash('sha256').update(data).digest('hex'));
});

it('gives it to MLflow clients that take the address of the run apart', async () => {
  const task = await cellar.api.ended(await cellar.api.submit({ alpha: 0.2 }));
  const run = await cellar.api.get<{ run: { info: { artifact_uri: string } } }>(
    `/api/2.0/mlflow/runs/get?run_id=${String(task.run_id)}`,
  );
  const path = run.body.run.info.artifact_uri.replace('mlflow-artifacts:/', '');
  const listed = await cellar.api.get<Files>(`/api/2.0/mlflow-artifacts/artifacts?path=${path}`);
  expect(listed.body.files?.map((file) => file.path)).toEqual(['model.json']);
  const other = await cellar.api.ended(await cellar.api.submit({ alpha: 0.3 }));
  const file = `${path.replace(String(task.run_id), String(other.run_id))}/model.json`;
  const answer = await cellar.api.get<{ parameters: { alpha: number } }>(`/api/2.0/mlflow-artifacts/artifacts/${file}`);
  expect(answer.body.parameters.alpha).toBe(0.3);
});

describe('a model file that was removed', () => {
  const removed = async (addressOf: (runId: string) => string) => {
    const task = await cellar.api.ended(await cellar.api.submit({ alpha: 0.4 }));
    const runId = String(task.run_id);
    expect((await fetch(cellar.url + addressOf(runId), { method: 'DELETE' })).status).toBe(200);
    return `/api/v1/runs/${runId}/artifacts`;
  };

  it.each([
    ['by its run', (runId: string) => `/api/v1/runs/${runId}/artifacts/model.json`],
    [
      'in the store, before anybody looked at it',
      (runId: string) => `/api/2.0/mlflow-artifacts/artifacts/1/${runId}/artifacts/model.json`,
    ],
  ])('%s stays away, also for a server that starts later', async (_, addressOf) => {
    const files = await removed(addressOf);
    expect((await cellar.api.get<Files>(files)).body.files).toEqual([]);
    const later = await cellar.startAnother('--api-only');
    try {
      expect((await new ApiClient(later.url).get<Files>(files)).body.files).toEqual([]);
    } finally {
      await later.stop();
    }
  });
});
