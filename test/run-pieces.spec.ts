import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { listAnswer } from '../src/http/list-answer.js';
import type { RunRecord } from '../src/runs/run.repository.js';
import { runPieces } from '../src/runs/run-pieces.js';

const idsOf = (length: number) => Array.from({ length }, (_, i) => `run ${i}`);
const recordOf = (id: string, characters: number) =>
  ({ id, parameters: { a: 'x'.repeat(characters) }, tags: {}, metrics: [] }) as unknown as RunRecord;

async function read(pages: string[][], charactersOf: (id: string) => number) {
  const sizes: number[] = [];
  const ids: string[] = [];
  for await (const { runs } of runPieces(pages, async (part) => ({
    runs: part.map((id) => recordOf(id, charactersOf(id))),
  }))) {
    sizes.push(runs.length);
    ids.push(...runs.map(({ id }) => id));
  }
  return { sizes, ids };
}

describe('runs in pieces', () => {
  it('come all and in order, in few pieces while they are small', async () => {
    const { sizes, ids } = await read([idsOf(3_000)], () => 10);
    expect(ids).toEqual(idsOf(3_000));
    expect(sizes).toEqual([100, 400, 1_000, 1_000, 500]);
  });

  it('come one by one once they are large, and more at a time after that', async () => {
    const { sizes, ids } = await read([idsOf(150), idsOf(300)], (id) => (id === 'run 99' ? 500_000_000 : 10));
    expect(ids).toEqual([...idsOf(150), ...idsOf(300)]);
    expect(sizes.slice(0, 4)).toEqual([100, 1, 4, 16]);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(256);
  });

  it('need no ids that belong to runs', async () => {
    const pieces = runPieces([idsOf(500)], async () => ({ runs: [] }));
    const sizes: number[] = [];
    for await (const { runs } of pieces) sizes.push(runs.length);
    expect(sizes.every((size) => size === 0)).toBe(true);
  });
});

describe('an answer with a list', () => {
  async function* pieces(count: number, characters: number) {
    for (let i = 0; i < count; i++) yield { items: [{ i, text: 'ä"'.repeat(characters / 2) }], characters };
  }

  it('is an object while it is short', async () => {
    expect(await listAnswer('runs', pieces(2, 4), { next: null })).toEqual({
      runs: [
        { i: 0, text: 'ä"ä"' },
        { i: 1, text: 'ä"ä"' },
      ],
      next: null,
    });
  });

  it.each([[{}], [{ next: 'a', gone: undefined }]])(
    'is the same JSON as a stream once it is long, beside %p',
    async (rest) => {
      const answer = await listAnswer('runs', pieces(20, 1_000_000), rest);
      expect(answer).toBeInstanceOf(Readable);
      const items = Array.from({ length: 20 }, (_, i) => ({ i, text: 'ä"'.repeat(500_000) }));
      expect(JSON.parse(await text(answer as Readable))).toEqual(JSON.parse(JSON.stringify({ runs: items, ...rest })));
    },
  );

  it('reads no further than the client does', async () => {
    let begun = 0;
    const counted = (async function* () {
      for await (const piece of pieces(40, 1_000_000)) {
        begun++;
        yield piece;
      }
    })();
    const answer = (await listAnswer('runs', counted, {})) as Readable;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(begun).toBeLessThan(15);
    answer.destroy();
  });
});
