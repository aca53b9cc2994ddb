import type { HistoryRepository } from '../src/runs/history.repository.js';
import { SeriesCache } from '../src/runs/series-cache.js';
import { packChunk } from '../src/runs/series-chunk.js';

/** A store whose metrics all have the same chunks, of one point each. */
class Store {
  ids: string[] = ['1', '2'];
  reads = 0;

  async idsOf() {
    return this.ids;
  }

  async chunksOf() {
    this.reads++;
    return this.ids.map((id) => ({ id, ...packChunk({ steps: [Number(id)], timestamps: [0], values: [Number(id)] }) }));
  }
}

let store: Store;
let cache: SeriesCache;

beforeEach(() => {
  store = new Store();
  cache = new SeriesCache(store as unknown as HistoryRepository);
});

const stepsOf = async (key: string, range?: [number?, number?]) =>
  Array.from((await cache.read('run', key, 'step', range)).steps);

describe('kept series', () => {
  it('are read once while their chunks stay the same, also for a part of them', async () => {
    expect(await stepsOf('loss')).toEqual([1, 2]);
    expect(await stepsOf('loss', [2, 2])).toEqual([1, 2]);
    expect(store.reads).toBe(1);
  });

  it('are read anew once their chunks are others', async () => {
    await stepsOf('loss');
    store.ids = ['1', '3'];
    expect(await stepsOf('loss')).toEqual([1, 3]);
    store.ids = [];
    expect(await stepsOf('loss')).toEqual([]);
    expect(store.reads).toBe(3);
  });

  it('are whole, and have points', async () => {
    await stepsOf('loss', [1]);
    await stepsOf('loss');
    expect(store.reads).toBe(2);
    store.ids = [];
    for (let i = 0; i < 3; i++) await stepsOf('none');
    expect(store.reads).toBe(5);
  });

  it('make room for each other, counting their names too', async () => {
    await stepsOf('loss');
    for (let i = 0; i < 1_000; i++) await stepsOf(`${i}`.padEnd(16_000, 'k'));
    await stepsOf('loss');
    expect(store.reads).toBe(1_002);
  });
});
