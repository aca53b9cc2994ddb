import type pg from 'pg';
import type { Database } from './database.js';

const RETRY_MS = 500;

/** A LISTEN that survives broken connections. What was notified while it was broken is lost, so callers also poll. */
export class Listener {
  #client?: pg.Client;
  #stopped = false;
  #retry?: NodeJS.Timeout;

  /**
   * @param channel an SQL identifier
   * @param onNotify called with each payload
   * @param onReconnect called when a broken connection stands again
   */
  constructor(
    private readonly database: Database,
    private readonly channel: string,
    private readonly onNotify: (payload: string) => void,
    private readonly onReconnect: () => void,
  ) {}

  /** Resolves when the first connection listens. */
  async start(): Promise<void> {
    const client = await this.database.dedicatedClient(`cellar listen ${this.channel}`);
    client.on('notification', ({ payload }) => this.onNotify(payload ?? ''));
    try {
      await client.query(`LISTEN "${this.channel}"`);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    client.once('end', () => this.#reconnect());
    if (this.#stopped) await client.end();
    else this.#client = client;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    const client = this.#client;
    this.#client = undefined;
    await client?.end();
  }

  #reconnect(): void {
    this.#client = undefined;
    if (this.#stopped) return;
    this.#retry = setTimeout(() => {
      this.start().then(this.onReconnect, () => this.#reconnect());
    }, RETRY_MS);
  }
}
