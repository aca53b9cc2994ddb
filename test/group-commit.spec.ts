import fc from 'fast-check';
import { GroupCommit } from '../src/database/group-commit.js';
import { AppError } from '../src/errors.js';

/** A store that refuses batches which hold a bad item, whole, as a database does. */
class Store {
  readonly batches: number[][] = [];
  readonly stored: number[] = [];
  #open?: () => void;
  #gate: Promise<void> = Promise.resolve();

  constructor(private readonly isBad: (item: number) => boolean = () => false) {}

  write = async (items: number[]): Promise<string[]> => {
    this.batches.push(items);
    await this.#gate;
    const bad = items.find(this.isBad);
    if (bad !== undefined) throw new Error(`${bad} is bad`);
    this.stored.push(...items);
    return items.map((item) => `stored ${item}`);
  };

  /** Lets writes hang until `open`. */
  close(): void {
    this.#gate = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  open(): void {
    this.#open?.();
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('GroupCommit', () => {
  it('writes a lone item in the same turn of the event loop, without a timer', async () => {
    const store = new Store();
    const added = new GroupCommit(store.write, 100).add(1);
    await turn();
    expect(store.batches).toEqual([[1]]);
    expect(await added).toBe('stored 1');
  });

  it('writes what was added in one turn together', async () => {
    const store = new Store();
    const group = new GroupCommit(store.write, 100);
    await Promise.all([1, 2, 3].map((item) => group.add(item)));
    expect(store.batches).toEqual([[1, 2, 3]]);
  });

  it('collects what arrives during a write, and writes it next', async () => {
    const store = new Store();
    const group = new GroupCommit(store.write, 100);
    store.close();
    const first = group.add(1);
    await turn();
    const later = [2, 3].map((item) => group.add(item));
    await turn();
    expect(store.batches).toEqual([[1]]);
    store.open();
    expect(await Promise.all([first, ...later])).toEqual(['stored 1', 'stored 2', 'stored 3']);
    expect(store.batches).toEqual([[1], [2, 3]]);
  });

  it.each([
    { name: 'begins the next batch before it answers for the last one where it waits for nobody', begun: 2 },
    {
      name: 'answers for the last batch before it begins a heavy one',
      options: { isHeavy: (item: number) => item > 1 },
      begun: 1,
    },
  ])('$name', async ({ options, begun }) => {
    const store = new Store();
    const group = new GroupCommit(store.write, 1, options);
    store.close();
    const batchesAtAnswer = group.add(1).then(() => store.batches.length);
    await turn();
    const second = group.add(2);
    store.open();
    expect(await batchesAtAnswer).toBe(begun);
    expect(await second).toBe('stored 2');
  });

  it('rests after its work and begins again', async () => {
    const store = new Store();
    const group = new GroupCommit(store.write, 100);
    expect(await group.add(1)).toBe('stored 1');
    await turn();
    expect(await group.add(2)).toBe('stored 2');
    expect(store.batches).toEqual([[1], [2]]);
  });

  it('gives each item its own fate, whatever its neighbours are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ bad: fc.boolean(), pause: fc.nat(2) }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 10 }),
        async (items, maxBatch) => {
          const store = new Store((item) => items[item].bad);
          const group = new GroupCommit(store.write, maxBatch);
          const fates: Promise<string>[] = [];
          for (const [item, { pause }] of items.entries()) {
            fates.push(group.add(item).catch((error: Error) => error.message));
            for (let i = 0; i < pause; i++) await turn();
          }
          expect(await Promise.all(fates)).toEqual(
            items.map(({ bad }, item) => (bad ? `${item} is bad` : `stored ${item}`)),
          );
          // Once each, in the order of their arrival.
          expect(store.stored).toEqual([...items.keys()].filter((item) => !items[item].bad));
          expect(Math.max(...store.batches.map((batch) => batch.length))).toBeLessThanOrEqual(maxBatch);
        },
      ),
    );
  });

  it('lets those who wait for nobody go on when others wait in vain', async () => {
    const waits = new AppError('UNAVAILABLE', 'locked', { cause: { code: '55P03' } });
    const group = new GroupCommit(async (items: string[]) => {
      if (items.includes('locked')) throw waits;
      return items;
    }, 100);
    const fates = await Promise.allSettled(['a', 'locked', 'b'].map((item) => group.add(item)));
    expect(fates.map((fate) => (fate.status === 'fulfilled' ? fate.value : fate.reason))).toEqual(['a', waits, 'b']);
  });

  it('goes on after a write that failed for everybody', async () => {
    let down = true;
    const group = new GroupCommit(async (items: number[]) => {
      if (down) throw new Error('down');
      return items;
    }, 100);
    const fates = await Promise.allSettled([1, 2].map((item) => group.add(item)));
    expect(fates.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    down = false;
    expect(await group.add(3)).toBe(3);
  });
});
