import { ApiClient } from './api-client.js';
import { Installation } from './installation.js';

let installation: Installation;

beforeAll(async () => {
  installation = await Installation.create('postgres');
});

afterAll(() => installation?.remove());

it('reads and writes the same values whatever the database is set to', async () => {
  const settings = [
    'extra_float_digits = 0',
    "datestyle = 'SQL, DMY'",
    'standard_conforming_strings = off',
    "timezone = 'Asia/Kolkata'",
  ];
  for (const setting of settings)
    await installation.query(`ALTER DATABASE ${installation.address.database} SET ${setting}`);
  const api = new ApiClient((await installation.start('main')).url);
  const values = [0.1 + 0.2, Number.MAX_VALUE, 5e-324];
  for (const value of values) {
    const { body } = await api.post<{ run_id: string }>('/api/v1/runs', {
      experiment_id: 0,
      start_time: 1_700_000_000_123,
    });
    await api.post(`/api/v1/runs/${body.run_id}/log`, { metrics: [{ key: 'loss', value }] });
  }
  const pageAfter = async (cursor: string | null, found: unknown[] = []): Promise<unknown[]> => {
    const search = {
      order_by: ['metrics.loss DESC', 'start_time', 'artifact_uri'],
      limit: 1,
      ...(cursor && { cursor }),
    };
    const { status, body } = await api.post<{ runs: Run[]; next_cursor: string | null }>('/api/v1/runs/search', search);
    expect(status).toBe(200);
    const runs = [...found, ...body.runs.map(({ metrics, start_time }) => [metrics.loss.value, start_time])];
    return body.next_cursor ? pageAfter(body.next_cursor, runs) : runs;
  };
  const time = new Date(1_700_000_000_123).toISOString();
  expect(await pageAfter(null)).toEqual([values[1], values[0], values[2]].map((value) => [value, time]));
  const id = await api.submit({});
  expect(await api.ended(id)).toMatchObject({ status: 'SUCCESS' });
  expect((await api.get('/api/v1/tasks')).status).toBe(200);
});

interface Run {
  metrics: { loss: { value: number } };
  start_time: string;
}
