import type { NewPoints, Point } from './series-chunk.js';

/** The points that a request logs, by their metric, in the order in which metrics are first named. */
export class NewMetrics {
  readonly #byKey = new Map<string, NewPoints>();
  #count = 0;

  static of(points: Iterable<Point & { key: string }>): NewMetrics {
    const metrics = new NewMetrics();
    for (const { key, step, timestamp, value } of points) metrics.add(key, step, timestamp, value);
    return metrics;
  }

  /** How many points there are. */
  get count(): number {
    return this.#count;
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  add(key: string, step: number, timestamp: number, value: number): void {
    this.append(this.pointsOf(key), step, timestamp, value);
  }

  /** The points of a metric, which may be none yet: {@link append} adds some. */
  pointsOf(key: string): NewPoints {
    let points = this.#byKey.get(key);
    if (!points) {
      points = { steps: [], timestamps: [], values: [] };
      this.#byKey.set(key, points);
    }
    return points;
  }

  /** @param points what {@link pointsOf} gave */
  append(points: NewPoints, step: number, timestamp: number, value: number): void {
    points.steps.push(step);
    points.timestamps.push(timestamp);
    points.values.push(value);
    this.#count++;
  }

  [Symbol.iterator](): MapIterator<[key: string, points: NewPoints]> {
    return this.#byKey.entries();
  }
}
