/** The name of the queue, and of the channel in PostgreSQL. */
export const QUEUE_NAME = 'cellar-tasks';

/** What a message carries: a wake-up, never the work itself. */
export interface TaskMessage {
  taskId: string;
}

/**
 * Carries wake-ups from whoever commits tasks to whoever executes them. Losing one delays a task, and never loses it: the
 * row is the truth, and the reconciler announces again what waits too long.
 */
export abstract class TaskQueue {
  abstract readonly driver: 'bull' | 'postgres';

  /** Announces committed tasks. Rejects where the messages may not have gone out; callers log that and go on. */
  abstract send(taskIds: string[]): Promise<void>;

  /** Resolves where messages can be sent; rejects with the reason otherwise. */
  abstract check(): Promise<void>;
}
