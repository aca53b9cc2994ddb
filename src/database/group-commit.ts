import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import pLimit from 'p-limit';
import { Cohort } from './cohort.js';
import { isContended, isUnavailable } from './database.js';

/** Those that wait for others leave connections to the rest. */
const SIDE_BY_SIDE = 4;

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

interface GroupOptions<Item> {
  /** Those who come here and may come back elsewhere; by default this group has its own. */
  cohort?: Cohort;
  /**
   * True for an item that takes longer to make and to store than a commit: it waits for nobody, and nobody waits until its
   * sender is back. So the store is at work while clients and this process are. By default no item is.
   */
  isHeavy?: (item: Item) => boolean;
  /**
   * Is waited for before each batch is put together, unless that is full or heavy; what arrives meanwhile belongs to it. By
   * default those who come back for the next one.
   */
  gather?: () => Promise<unknown>;
}

/**
 * Lets concurrent writes share a commit: while one batch is being written, what arrives waits and goes together with the
 * next. An idle store writes a lone item at once, there is no timer; see {@link Cohort} for a busy one.
 */
export class GroupCommit<Item, Result> {
  #waiting: Waiting<Item, Result>[] = [];
  #writing = false;
  readonly #cohort: Cohort;
  readonly #isHeavy: (item: Item) => boolean;
  readonly #gather: () => Promise<unknown>;

  /**
   * @param write answers one result an item, in order. Where it throws, it has stored nothing, or storing an item twice
   * changes nothing; then it may be called for single items at the same time
   * @param maxBatch the most items of one batch
   */
  constructor(
    private readonly write: (items: Item[]) => Promise<Result[]>,
    private readonly maxBatch: number,
    { cohort = new Cohort(), isHeavy = () => false, gather = () => cohort.gather() }: GroupOptions<Item> = {},
  ) {
    this.#cohort = cohort;
    this.#isHeavy = isHeavy;
    this.#gather = gather;
  }

  /** Resolves once the item is committed. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#isHeavy(item)) this.#cohort.arrived();
      if (!this.#writing) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#writing = true;
    let gathered = this.#hurries ? turnOfTheLoop() : this.#gather();
    for (;;) {
      await gathered;
      const batch = this.#waiting.splice(0, this.maxBatch);
      const begun = performance.now();
      const answer = await this.#writeBatch(batch);
      const awaited = batch.filter(({ item }) => !this.#isHeavy(item)).length;
      this.#cohort.answers(awaited, performance.now() - begun);
      if (this.#waiting.length === 0) {
        this.#writing = false;
        answer();
        return;
      }
      const hurries = this.#hurries;
      // Those who send heavy items work long for the next one, so they begin before the store does.
      const answerFirst = this.#hasHeavy || (!hurries && this.#cohort.waits);
      if (answerFirst) answer();
      gathered = hurries ? turnOfTheLoop() : this.#gather();
      // After that: the store has the next batch before this process makes its answers, and both work side by side.
      if (!answerFirst) setImmediate(answer);
    }
  }

  /** True where the next batch gains nothing from waiting for more. */
  get #hurries(): boolean {
    return this.#waiting.length >= this.maxBatch || this.#hasHeavy;
  }

  get #hasHeavy(): boolean {
    return this.#waiting.some(({ item }) => this.#isHeavy(item));
  }

  /** @returns what tells each item its fate */
  async #writeBatch(batch: Waiting<Item, Result>[]): Promise<() => void> {
    try {
      const results = await this.write(batch.map(({ item }) => item));
      return () => {
        batch.forEach(({ resolve }, i) => {
          resolve(results[i]);
        });
      };
    } catch (error) {
      // A database that is away is away for each of them.
      if (batch.length === 1 || (isUnavailable(error) && !isContended(error))) {
        return () => {
          for (const { reject } of batch) reject(error);
        };
      }
      // One bad item must not fail its neighbours, so each is tried alone; those that wait for others do it side by side.
      const limit = pLimit(isContended(error) ? SIDE_BY_SIDE : 1);
      await limit.map(batch, async (one) => (await this.#writeBatch([one]))());
      return () => undefined;
    }
  }
}
