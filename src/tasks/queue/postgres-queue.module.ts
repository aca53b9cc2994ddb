import { Module } from '@nestjs/common';
import { PostgresQueue } from './postgres-queue.js';
import { TaskQueue } from './task-queue.js';

/** The queue on the database. */
@Module({
  providers: [PostgresQueue, { provide: TaskQueue, useExisting: PostgresQueue }],
  exports: [PostgresQueue, TaskQueue],
})
export class PostgresQueueModule {}
