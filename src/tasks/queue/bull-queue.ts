import { setTimeout as sleep } from 'node:timers/promises';
import { InjectQueue } from '@nestjs/bull';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { JobOptions, Queue } from 'bull';
import { QUEUE_NAME, type TaskMessage, TaskQueue } from './task-queue.js';

/** Bull's own commands wait for ever while Redis is away. */
const DEADLINE_MS = 2_000;

/**
 * Where this process executes tasks too, it sends no more than one message in so many milliseconds while it is at work: a
 * slot takes the next task by itself, so most of a burst needs no message any more when its turn comes.
 */
const MESSAGE_SPACING_MS = 33;
const MESSAGES_AT_ONCE = 3;
/** Elsewhere they go at once, in pieces that Redis takes well within the deadline. */
const MOST_MESSAGES_AT_ONCE = 1_000;

/** How often a connection that waits for messages is asked to stop that. */
const UNBLOCK_MS = 20;

/** Who executes tasks in this process. */
export interface OwnWorker {
  /** True for a task that needs no message any more. */
  has(taskId: string): boolean;
  /** True while every slot is at work. */
  readonly busy: boolean;
  /** Is heard when a slot has found nothing more to do, or after so long. */
  readonly rest: { heard(limitMs: number): Promise<void> };
}

/** What Redis says to whoever it does not let in. */
const REFUSED = /^(WRONGPASS|NOAUTH|NOPERM)\b/;

/** The name of the only kind of job. */
export const WAKE_JOB = 'wake';

/** The queue on Redis. */
@Injectable()
export class BullQueue extends TaskQueue implements OnModuleInit {
  readonly driver = 'bull';
  readonly #log = new Logger('queue');
  #lastError = '';
  readonly #unsent = new Set<string>();
  #sending?: Promise<void>;
  #worker?: OwnWorker;
  /** Redis's number of the connection on which Bull waits for messages. */
  #receiver?: Promise<number | undefined>;

  constructor(@InjectQueue(QUEUE_NAME) private readonly queue: Queue<TaskMessage>) {
    super();
    // @nestjs/bull waits for nothing that it starts here, and Bull not for the naming of its connection. When the connection
    // is ended before Redis ever answered, or Redis refuses the login, that fails, and unhandled it would end the process.
    const { setWorkerName } = queue as unknown as { setWorkerName: () => Promise<void> };
    Object.assign(queue, {
      setWorkerName: () => setWorkerName.call(queue).catch((error?: Error) => this.#tell(error)),
    });
    const start = queue.process.bind(queue) as (...args: unknown[]) => Promise<void>;
    queue.process = (...args: unknown[]) => {
      this.#identifyReceiver();
      return start(...args).catch((error?: Error) => this.#tell(error));
    };
    // It ends the queue, too, and would wait for a Redis that is away for as long as the process lives.
    const close = queue.close.bind(queue);
    queue.close = (doNotWaitJobs?: boolean) =>
      withDeadline(close(doNotWaitJobs)).catch((error: Error) => {
        this.#log.warn(`could not end the connections: ${error.message}`);
      });
  }

  onModuleInit(): void {
    this.queue.on('error', (error: Error) => this.#tell(error));
    // Bull calls one ready that refused the login.
    this.queue.client.on('ready', () => {
      void this.check().then(
        () => {
          if (this.#lastError) this.#log.log('Redis answers again.');
          this.#lastError = '';
        },
        () => undefined,
      );
    });
  }

  send(taskIds: string[]): Promise<void> {
    for (const taskId of taskIds) this.#unsent.add(taskId);
    this.#sending ??= this.#sendAll();
    return this.#sending;
  }

  /** From here on this worker hears of what it does not find by itself. */
  serve(worker: OwnWorker): void {
    this.#worker = worker;
  }

  /** Leaves the messages to other processes from here on, who hear of all that waits. */
  async stopReceiving(): Promise<void> {
    this.#worker = undefined;
    const stop = new AbortController();
    // Not waited for: it hears from Redis in its own time, or never.
    void this.#unblock(stop.signal);
    await withDeadline(this.queue.pause(true, true)).catch((error: Error) => {
      this.#log.warn(`could not stop hearing messages: ${error.message}`);
    });
    stop.abort();
  }

  async check(): Promise<void> {
    await withDeadline(this.queue.client.ping());
  }

  async #sendAll(): Promise<void> {
    // Not at once, so that whoever began this has noted it before it ends.
    await Promise.resolve();
    try {
      while (this.#unsent.size > 0) {
        const worker = this.#worker;
        const batch = this.#takeUnsent(worker);
        if (batch.length === 0) continue;
        const rest = worker?.rest.heard(batch.length * MESSAGE_SPACING_MS);
        const jobs = batch.map((taskId) => ({ name: WAKE_JOB, data: { taskId }, opts: optionsFor(taskId) }));
        await withDeadline(this.queue.addBulk(jobs));
        await rest;
      }
    } finally {
      this.#sending = undefined;
      // Those that could not be sent are announced again by the reconciler.
      this.#unsent.clear();
    }
  }

  /** As early as this, because nothing is answered there while it waits for a message. */
  #identifyReceiver(): void {
    // Not in Bull's types.
    const { bclient } = this.queue as unknown as { bclient: Queue['client'] };
    bclient.on('ready', () => {
      this.#receiver = bclient.client('ID').catch(() => undefined);
    });
  }

  /**
   * Bull cuts its connection off after half a second where that still waits for a message, and one which is on its way then
   * is nobody's until Bull finds it stalled. So Redis is told to end the waiting: either it hands out none, or it is heard.
   * Again and again, as each slot waits in turn. Where Redis cannot do that, things stay as Bull does them.
   */
  async #unblock(signal: AbortSignal): Promise<void> {
    const id = await this.#receiver;
    try {
      while (id !== undefined && !signal.aborted) {
        await withDeadline(this.queue.client.client('UNBLOCK', id));
        await sleep(UNBLOCK_MS);
      }
    } catch {
      // An older Redis, one that does not allow it, or one that is away.
    }
  }

  /** The next ids to announce, without those that need no message any more. */
  #takeUnsent(worker?: OwnWorker): string[] {
    const batch: string[] = [];
    const limit = messagesFor(worker);
    for (const taskId of this.#unsent) {
      if (batch.length === limit) break;
      this.#unsent.delete(taskId);
      if (!worker?.has(taskId)) batch.push(taskId);
    }
    return batch;
  }

  /** Bull reports a lost Redis once a retry; one line for each new reason is enough. */
  #tell({ message }: Error = new Error('the connection was ended')): void {
    if (message === this.#lastError) return;
    this.#log.warn(`Redis: ${message}${REFUSED.test(message) ? ' Check the user and the password in REDIS_URL.' : ''}`);
    this.#lastError = message;
  }
}

/** A slot that is free needs one to take all that it can; whoever is in other processes hears of more in good time. */
function messagesFor(worker?: OwnWorker): number {
  if (!worker) return MOST_MESSAGES_AT_ONCE;
  return worker.busy ? MESSAGES_AT_ONCE : 1;
}

/** How many ending workers may refuse a message in turn before it is dropped. */
const ATTEMPTS = 10;

/** The id keeps a message that is already waiting from being sent twice; it holds a letter, because bare numbers share Bull's key space. */
function optionsFor(taskId: string): JobOptions {
  return { jobId: `task-${taskId}`, removeOnComplete: true, removeOnFail: true, attempts: ATTEMPTS };
}

async function withDeadline<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Redis did not answer within ${DEADLINE_MS / 1000} s`)), DEADLINE_MS);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
    // The loser may still fail later; by then nobody waits for it.
    work.catch(() => undefined);
  }
}
