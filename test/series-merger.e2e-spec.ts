import { isDeepStrictEqual } from 'node:util';
import { ApiClient } from './api-client.js';
import { Installation, waitFor } from './installation.js';

const CHUNKS = 200;
let installation: Installation;
let api: ApiClient;

beforeAll(async () => {
  installation = await Installation.create('postgres');
  api = new ApiClient((await installation.start('main')).url);
});

afterAll(() => installation?.remove());

async function newRun(): Promise<string> {
  const { body } = await api.post<{ run_id: string }>('/api/v1/runs', { experiment_id: 0 });
  return body.run_id;
}

async function history(id: string): Promise<{ step: number; timestamp: number; value: number }[]> {
  const answer = await fetch(`${api.url}/api/v1/runs/${id}/history?key=loss&format=jsonl`);
  return (await answer.text())
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** What a chart draws, along each axis. */
async function drawn(id: string): Promise<number[][]> {
  const steps = [];
  for (const axis of ['step', 'time']) {
    const { body } = await api.post<{ curves: { steps: number[] }[] }>('/api/v1/curves', {
      run_ids: [id],
      keys: ['loss'],
      axis,
      points: 4 * CHUNKS,
    });
    steps.push(body.curves[0].steps);
  }
  return steps;
}

async function chunks(id: string): Promise<{ count: number; points: number; largest: number }> {
  const [row] = await installation.query<{ count: number; points: number; largest: number }>(
    'SELECT count(*)::int AS count, sum(points)::int AS points, max(points) AS largest FROM metric_series WHERE run_id = $1',
    [id],
  );
  return row;
}

describe('small chunks of a metric', () => {
  it('become few while the metric is written and read, and no reader misses a point or sees one twice', async () => {
    const id = await newRun();
    const isComplete: boolean[] = [];
    for (let i = 0; i < CHUNKS; i++) {
      // Every other point is sent twice, as clients that lost an answer do.
      for (let times = 0; times <= i % 2; times++) {
        const metrics = [{ key: 'loss', value: i / 2, step: i, timestamp: 1_000 - i }];
        expect((await api.post(`/api/v1/runs/${id}/log`, { metrics })).status).toBe(200);
      }
      const steps = (await history(id)).map(({ step }) => step);
      const byTime = Array.from({ length: i + 1 }, (_, at) => i - at);
      isComplete.push(isDeepStrictEqual([steps, ...(await drawn(id))], [byTime, byTime.toReversed(), byTime]));
    }
    expect(isComplete).toEqual(isComplete.map(() => true));
    // 64 small chunks are let be.
    await waitFor('the merge', 10_000, async () => (await chunks(id)).count <= 64);
    expect((await chunks(id)).largest).toBeGreaterThanOrEqual(64);
    expect((await drawn(id))[0]).toHaveLength(CHUNKS);
    expect((await fetch(`${api.url}/api/v1/runs/${id}?purge=true`, { method: 'DELETE' })).ok).toBe(true);
    expect((await api.post('/api/v1/curves', { run_ids: [id], keys: ['loss'] })).body).toEqual({ curves: [] });
  });

  it('that an earlier process left are merged at the next start', async () => {
    const id = await newRun();
    await installation.query(
      `INSERT INTO metric_series (run_id, key, points, first_step, last_step, first_timestamp, last_timestamp, steps, timestamps, values)
       SELECT $1, 'loss', 1, i, i, i, i, int8send(i), int8send(i), float8send(i) FROM generate_series(0::bigint, 4999) AS i`,
      [id],
    );
    const before = await history(id);
    expect(before).toHaveLength(5_000);
    await installation.start('main');
    await waitFor('the merge', 10_000, async () => (await chunks(id)).count < 64);
    expect((await chunks(id)).points).toBe(5_000);
    expect((await chunks(id)).largest).toBeLessThanOrEqual(4_096);
    expect(await history(id)).toEqual(before);
  });

  it('with more points than one merge takes, the earliest written last, are merged one part after the other', async () => {
    const id = await newRun();
    await installation.query(
      `INSERT INTO metric_series (run_id, key, points, first_step, last_step, first_timestamp, last_timestamp, steps, timestamps, values)
       SELECT $1, 'loss', 250, min(i), max(i), min(i), max(i), string_agg(int8send(i), '' ORDER BY i),
              string_agg(int8send(i), '' ORDER BY i), string_agg(float8send(i), '' ORDER BY i)
       FROM generate_series(0::bigint, 149999) AS i GROUP BY i / 250 ORDER BY i / 250 DESC`,
      [id],
    );
    await installation.start('main');
    await waitFor('the merge', 10_000, async () => (await chunks(id)).count < 64);
    expect((await chunks(id)).points).toBe(150_000);
    expect((await chunks(id)).largest).toBeLessThanOrEqual(4_096);
    const steps = (await history(id)).map(({ step }) => step);
    expect(steps.length).toBe(150_000);
    expect(steps.every((step, at) => step === at)).toBe(true);
  });

  it('are merged and large ones let be, as moving those costs more than it saves', async () => {
    const [small, large] = [await newRun(), await newRun()];
    const points = (count: number, first: number) =>
      Array.from({ length: count }, (_, i) => ({ key: 'loss', value: i, step: first + i, timestamp: first + i }));
    for (let i = 0; i < 70; i++) {
      expect((await api.post(`/api/v1/runs/${large}/log`, { metrics: points(300, 300 * i) })).status).toBe(200);
    }
    for (let i = 0; i < 70; i++) {
      expect((await api.post(`/api/v1/runs/${small}/log`, { metrics: points(2, 2 * i) })).status).toBe(200);
    }
    // The large ones would have had their turn before.
    await waitFor('the merge', 10_000, async () => (await chunks(small)).count < 70);
    expect((await chunks(large)).count).toBe(70);
  });
});
