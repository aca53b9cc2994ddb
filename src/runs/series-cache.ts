import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { HistoryRepository } from './history.repository.js';
import { inOrder, type PointOrder, type Points, unpackChunks } from './series-chunk.js';

/** Room for a million points. Longer series are read anew each time. */
const MOST_BYTES = 24 * 2 ** 20;
const POINT_BYTES = 24;
const CHUNK_BYTES = 40;
/** What a series takes beside its points and the ids of their chunks, about. */
const SERIES_BYTES = 1_000;

interface KeptSeries {
  /** Of the chunks that the points come from. */
  ids: string[];
  points: Points;
}

/**
 * Series in order, ready to be drawn. Charts ask for the same ones at every refresh and zoom, so those that were read last
 * are kept. The store is asked each time whether it still has the same chunks, which never change: whatever was logged,
 * merged or purged is seen at once, whoever did it.
 */
@Injectable()
export class SeriesCache {
  readonly #kept = new LRUCache<string, KeptSeries>({
    maxSize: MOST_BYTES,
    // A name holds what clients call their metric, which may be long.
    sizeCalculation: ({ ids, points }, name) =>
      SERIES_BYTES + 2 * name.length + CHUNK_BYTES * ids.length + POINT_BYTES * points.values.length,
  });

  constructor(private readonly history: HistoryRepository) {}

  /**
   * The points of a metric of a run, each once: all of them, or at least those of a range of steps.
   * @returns not to be changed: others are given the same arrays
   */
  async read(
    runId: string,
    key: string,
    order: PointOrder,
    [firstStep, lastStep]: [firstStep?: number, lastStep?: number] = [],
  ): Promise<Points> {
    const name = `${order} ${runId} ${key}`;
    const kept = this.#kept.get(name);
    if (kept && isSame(kept.ids, await this.history.idsOf(runId, key))) return kept.points;
    this.#kept.delete(name);
    const chunks = await this.history.chunksOf(runId, key, firstStep ?? null, lastStep ?? null);
    const points = inOrder(unpackChunks(chunks), order);
    const isWhole = firstStep === undefined && lastStep === undefined;
    if (isWhole && chunks.length > 0) this.#kept.set(name, { ids: chunks.map(({ id }) => id), points });
    return points;
  }
}

function isSame(ids: string[], others: string[]): boolean {
  return ids.length === others.length && ids.every((id, i) => id === others[i]);
}
