import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { Listener } from '../../database/listener.js';
import { QUEUE_NAME, type TaskMessage, TaskQueue } from './task-queue.js';

/** A payload holds at most 8,000 bytes, and one id takes 52. */
const IDS_PER_NOTIFY = 100;

/** Finds what a lost notification announced. */
const POLL_MS = 5_000;

/** The queue without Redis: the task table itself, woken by NOTIFY. */
@Injectable()
export class PostgresQueue extends TaskQueue {
  readonly driver = 'postgres';
  readonly #database: Database;

  constructor(em: EntityManager) {
    super();
    this.#database = new Database(em);
  }

  async send(taskIds: string[]): Promise<void> {
    for (let i = 0; i < taskIds.length; i += IDS_PER_NOTIFY) {
      const messages: TaskMessage[] = taskIds.slice(i, i + IDS_PER_NOTIFY).map((taskId) => ({ taskId }));
      await this.#database.query('SELECT pg_notify($1, $2)', [QUEUE_NAME, JSON.stringify(messages)]);
    }
  }

  async check(): Promise<void> {
    await this.#database.query('SELECT 1');
  }

  /**
   * Calls `onWake` for every message, and every 5 s in case one was lost.
   * @returns what ends the subscription
   */
  async subscribe(onWake: () => void): Promise<() => Promise<void>> {
    const listener = new Listener(this.#database, QUEUE_NAME, onWake, onWake);
    await listener.start();
    const poll = setInterval(onWake, POLL_MS);
    return async () => {
      clearInterval(poll);
      await listener.stop();
    };
  }
}
