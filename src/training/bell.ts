/** Tells all who wait that something happened. */
export class Bell {
  readonly #waiting = new Set<() => void>();

  ring(): void {
    for (const resolve of this.#waiting) resolve();
  }

  /** Resolves when it rings, or after so long. */
  heard(limitMs?: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = limitMs === undefined ? undefined : setTimeout(resolve, limitMs);
    this.#waiting.add(resolve);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(resolve);
    });
  }
}
