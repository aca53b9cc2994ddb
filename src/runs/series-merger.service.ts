import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { NewPoints } from './series-chunk.js';
import { MANY_CHUNKS, SeriesMergeRepository, type SeriesName, SMALL_POINTS } from './series-merge.repository.js';

/** Metrics whose writes are counted; beyond it counting begins anew, and what is forgotten is found at the next start. */
const MOST_COUNTED = 100_000;

/** After each merge, so many times as long is rested as it took: who logs goes first. */
const REST = 9;

/**
 * Merges the chunks of metrics that are logged point by point, in the background and one metric at a time. Nothing is
 * lost where a process ends: a merge is done or not, and the next start looks for what is left.
 */
@Injectable()
export class SeriesMerger implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #log = new Logger('merger');
  readonly #written = new Map<string, number>();
  readonly #waiting = new Map<string, SeriesName>();
  /** Everything that was begun, one after the other. */
  #work: Promise<void> = Promise.resolve();
  #isScheduled = false;
  readonly #ending = new AbortController();

  constructor(private readonly series: SeriesMergeRepository) {}

  onApplicationBootstrap(): void {
    this.#work = this.#lookAround();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#ending.abort();
    // What is looked for at the start schedules more, which then ends at once.
    for (let work: Promise<void> | undefined; work !== this.#work; ) {
      work = this.#work;
      await work;
    }
  }

  /** For whoever has written a chunk of each of these, with these points. */
  wrote(series: readonly (SeriesName & { points: NewPoints })[]): void {
    if (this.#written.size > MOST_COUNTED) this.#written.clear();
    for (const { runId, key, points } of series) {
      if (points.values.length > SMALL_POINTS) continue;
      const name = `${runId}${key}`;
      const count = (this.#written.get(name) ?? 0) + 1;
      if (count < MANY_CHUNKS) {
        this.#written.set(name, count);
        continue;
      }
      this.#written.delete(name);
      this.#waiting.set(name, { runId, key });
    }
    this.#schedule();
  }

  async #lookAround(): Promise<void> {
    try {
      for (const one of await this.series.scattered()) this.#waiting.set(`${one.runId}${one.key}`, one);
    } catch (error) {
      this.#log.warn(`could not look for metrics in many pieces: ${(error as Error).message}`);
    }
    this.#schedule();
  }

  #schedule(): void {
    if (this.#waiting.size === 0 || this.#isScheduled) return;
    this.#isScheduled = true;
    this.#work = this.#work.then(() => this.#drain());
  }

  async #drain(): Promise<void> {
    for (const [name, one] of this.#waiting) {
      if (this.#ending.signal.aborted) break;
      this.#waiting.delete(name);
      try {
        while (!this.#ending.signal.aborted && (await this.#mergeAndRest(one)));
      } catch (error) {
        this.#log.warn(
          `could not merge the pieces of a metric, its next points try again: ${(error as Error).message}`,
        );
      }
    }
    this.#isScheduled = false;
  }

  /** @returns true where there may be more to merge */
  async #mergeAndRest(series: SeriesName): Promise<boolean> {
    const start = performance.now();
    const hasMore = await this.series.merge(series);
    const { signal } = this.#ending;
    await sleep(REST * (performance.now() - start), undefined, { signal }).catch(() => undefined);
    return hasMore;
  }
}
