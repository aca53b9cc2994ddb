import { Process, Processor } from '@nestjs/bull';
import type { BeforeApplicationShutdown, Type } from '@nestjs/common';
import type { Job } from 'bull';
import { BullQueue, WAKE_JOB } from '../tasks/queue/bull-queue.js';
import { QUEUE_NAME, type TaskMessage } from '../tasks/queue/task-queue.js';
import { TrainingWorker } from './training-worker.service.js';

/**
 * Hears Bull's messages. Each one that is being processed stands for a slot at work, so Bull hands out no more of them
 * than there are slots, and leaves the rest to other workers.
 */
export function bullProcessorOf(slots: number): Type<unknown> {
  @Processor(QUEUE_NAME)
  class BullProcessor implements BeforeApplicationShutdown {
    constructor(
      private readonly queue: BullQueue,
      private readonly worker: TrainingWorker,
    ) {
      queue.serve(worker);
    }

    @Process({ name: WAKE_JOB, concurrency: slots })
    async wake({ data }: Job<TaskMessage>): Promise<void> {
      if (this.worker.has(data.taskId)) {
        // While every slot is at work this message stands for one of them too, or Bull would send another in its place.
        if (this.worker.busy) await this.worker.rest.heard();
        // Given back meanwhile, the task has no message but this one.
        if (this.worker.has(data.taskId)) return;
      }
      await this.worker.wake();
      // What comes or is held while it ends was not acted on. Failed, the message waits for another worker.
      if (this.worker.ending) throw new Error('this worker is ending');
    }

    /** Nest ends what depends on the worker before the worker itself, so it hears of nothing while it drains. */
    async beforeApplicationShutdown(): Promise<void> {
      await this.queue.stopReceiving();
    }
  }
  return BullProcessor;
}
