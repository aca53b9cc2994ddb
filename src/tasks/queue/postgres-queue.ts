import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { EntityManager } from '@mikro-orm/postgresql';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { Listener } from '../../database/listener.js';
import { QUEUE_NAME, type TaskMessage, TaskQueue } from './task-queue.js';

/** A payload holds at most 8,000 bytes, and one id takes 52. */
const IDS_PER_NOTIFY = 100;

/**
 * Under load, notifications are sent this far apart, each for all that was committed since; further apart where this process
 * executes tasks too, as it has been at work on them all the while.
 */
const NOTIFY_SPACING_MS = 25;
const NOTIFY_SPACING_OF_WORKERS_MS = 100;

/** What goes through the channel. */
interface Notification {
  /** The process that sent it, which woke its own worker already. */
  from: string;
  tasks: TaskMessage[];
}

/** The queue without Redis: the task table itself, woken by NOTIFY. */
@Injectable()
export class PostgresQueue extends TaskQueue implements BeforeApplicationShutdown {
  readonly driver = 'postgres';
  readonly #database: Database;
  readonly #process = randomUUID();
  readonly #subscribers = new Set<() => void>();
  #unsent: string[] = [];
  #sending?: Promise<void>;
  readonly #ending = new AbortController();

  constructor(em: EntityManager) {
    super();
    this.#database = new Database(em);
  }

  /** Wakes this process at once and the others by a notification. */
  send(taskIds: string[]): Promise<void> {
    for (const wake of this.#subscribers) wake();
    this.#unsent.push(...taskIds);
    this.#sending ??= this.#notify();
    return this.#sending;
  }

  /** From here on nothing waits for more to go with it: the connections will be gone soon. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#ending.abort();
    await this.#sending?.catch(() => undefined);
  }

  async check(): Promise<void> {
    await this.#database.query('SELECT 1');
  }

  /**
   * Calls `onWake` for what any process announces.
   * @returns what ends the subscription
   */
  async subscribe(onWake: () => void): Promise<() => Promise<void>> {
    const onNotify = (payload: string) => {
      if (senderOf(payload) !== this.#process) onWake();
    };
    const listener = new Listener(this.#database, QUEUE_NAME, onNotify, onWake);
    await listener.start();
    this.#subscribers.add(onWake);
    return async () => {
      this.#subscribers.delete(onWake);
      await listener.stop();
    };
  }

  async #notify(): Promise<void> {
    // Not at once, so that whoever began this has noted it before it ends.
    await Promise.resolve();
    try {
      while (this.#unsent.length > 0) {
        const tasks = this.#unsent.splice(0, IDS_PER_NOTIFY).map((taskId) => ({ taskId }));
        const notification: Notification = { from: this.#process, tasks };
        await this.#database.query('SELECT pg_notify($1, $2)', [QUEUE_NAME, JSON.stringify(notification)]);
        if (this.#unsent.length < IDS_PER_NOTIFY) await this.#rest();
      }
    } finally {
      this.#sending = undefined;
    }
  }

  async #rest(): Promise<void> {
    const spacing = this.#subscribers.size > 0 ? NOTIFY_SPACING_OF_WORKERS_MS : NOTIFY_SPACING_MS;
    await sleep(spacing, undefined, { signal: this.#ending.signal }).catch(() => undefined);
  }
}

/** Anybody may notify: what is not one of ours wakes, too. */
function senderOf(payload: string): string | undefined {
  try {
    return (JSON.parse(payload) as Partial<Notification> | null)?.from;
  } catch {
    return undefined;
  }
}
