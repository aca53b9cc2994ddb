import type { ErrorAnswer } from './api-client.js';
import { serverForAll } from './server-for-all.js';

interface ExperimentAnswer {
  experiment_id: number;
  name: string;
  description: string;
  lifecycle: string;
  tags: Record<string, string>;
}
interface PageAnswer {
  experiments: ExperimentAnswer[];
  next_cursor: string | null;
}

const PATH = '/api/v1/experiments';
const cellar = serverForAll();
let names = 0;

async function created(body: Record<string, unknown> = {}): Promise<ExperimentAnswer> {
  const answer = await cellar.api.post<ExperimentAnswer>(PATH, { name: `experiment ${++names}`, ...body });
  expect(answer.status).toBe(201);
  return answer.body;
}

async function patch(id: number, body: unknown): Promise<{ status: number; body: ExperimentAnswer }> {
  const answer = await fetch(`${cellar.api.url}${PATH}/${id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as ExperimentAnswer };
}

describe('experiments', () => {
  it('are deleted and restored by whoever asks for it again, too; the wire says that nothing changed', async () => {
    const { experiment_id: id } = await created();
    const wire = (action: string) =>
      cellar.api.post<{ message: string }>(`/api/2.0/mlflow/experiments/${action}`, { experiment_id: String(id) });
    const refused = { status: 404, body: { message: `No Experiment with id=${id} exists` } };
    for (let i = 0; i < 2; i++) {
      const { status } = await fetch(`${cellar.api.url}${PATH}/${id}`, { method: 'DELETE' });
      expect(status).toBe(200);
    }
    expect(await wire('delete')).toMatchObject(refused);
    for (let i = 0; i < 2; i++) {
      const { status, body } = await cellar.api.post<ExperimentAnswer>(`${PATH}/${id}/restore`, {});
      expect([status, body.lifecycle]).toEqual([200, 'active']);
    }
    expect(await wire('restore')).toMatchObject(refused);
    expect((await fetch(`${cellar.api.url}${PATH}/999999`, { method: 'DELETE' })).status).toBe(404);
  });

  it('that are renamed at once to one name: one gets it, the others are told that it is taken', async () => {
    const experiments = await Promise.all(Array.from({ length: 8 }, () => created()));
    const answers = await Promise.all(
      experiments.map(({ experiment_id }) => patch(experiment_id, { name: 'wanted by all' })),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, ...Array<number>(7).fill(409)]);
  });

  it('are created, found by number and name, and changed as a whole or not at all', async () => {
    const first = await created({ description: 'why', tags: { a: '1', b: '2' } });
    const taken = await created();
    const found = await cellar.api.get<PageAnswer>(`${PATH}?name=${encodeURIComponent(first.name)}`);
    expect(found.body.experiments).toEqual([(await cellar.api.get(`${PATH}/${first.experiment_id}`)).body]);
    const refused = await patch(first.experiment_id, { name: taken.name, tags: { a: '9' } });
    expect(refused.status).toBe(409);
    const { status, body } = await patch(first.experiment_id, { description: '', tags: { b: null, c: '3' } });
    expect([status, body]).toMatchObject([200, { name: first.name, description: '', tags: { a: '1', c: '3' } }]);
    expect(body.tags.b).toBeUndefined();
  });

  it('are listed without a name and a filter, newest first', async () => {
    const { name } = await created();
    const { status, body } = await cellar.api.get<PageAnswer>(`${PATH}?limit=1`);
    expect([status, body.experiments.map((experiment) => experiment.name)]).toEqual([200, [name]]);
  });

  it('are listed in pages by filter and order, and cursors belong to one search', async () => {
    const team = `team ${++names}`;
    const all: string[] = [];
    for (let i = 0; i < 5; i++) all.push((await created({ tags: { team } })).name);
    const query = new URLSearchParams({ filter: `tags.team = '${team}'`, order_by: 'name ASC', limit: '2' });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { status, body }: { status: number; body: PageAnswer } = await cellar.api.get<PageAnswer>(
        `${PATH}?${query.toString()}${cursor && `&cursor=${cursor}`}`,
      );
      expect(status).toBe(200);
      seen.push(...body.experiments.map(({ name }) => name));
      cursor = body.next_cursor;
    }
    expect(seen).toEqual(all.toSorted());
    const { body } = await cellar.api.get<PageAnswer>(`${PATH}?limit=1`);
    const other = await cellar.api.get<ErrorAnswer>(`${PATH}?limit=1&order_by=name&cursor=${body.next_cursor}`);
    expect([other.status, other.body.details[0].field]).toEqual([400, 'cursor']);
  });

  it.each([
    [{}, 'name'],
    [{ name: '' }, 'name'],
    [{ name: 'x', tags: { '/a': '1' } }, 'tags./a'],
    [{ name: 'x', label: 1 }, 'label'],
  ])('refuse what can not be stored: %j', async (body, field) => {
    const answer = await cellar.api.post<ErrorAnswer>(PATH, body);
    expect([answer.status, answer.body.details[0].field]).toEqual([400, field]);
  });
});
