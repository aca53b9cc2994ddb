import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Documented } from '../http/documented.js';
import { Id } from '../http/identifiers.js';
import { PublicUrl } from '../http/public-url.js';
import { Settings } from '../http/route-settings.js';
import { QueueCheck, TaskCounts, TaskPage, TasksQuery, TaskView, toTaskSummary, toTaskView } from './task.schema.js';
import { TaskService } from './task.service.js';

@ApiTags('tasks')
@Controller()
export class TasksController {
  constructor(private readonly tasks: TaskService) {}

  @Get('api/v1/tasks')
  @Documented({ summary: 'List the tasks of all experiments, newest first', errors: [400, 404, 503] })
  @ApiOkResponse({ standardSchema: TaskPage })
  async list(@Query({ schema: TasksQuery }) query: z.infer<typeof TasksQuery>, @PublicUrl() url: string) {
    const { rows, nextCursor } = await this.tasks.page(
      { catalogue: query.experiment, state: query.status },
      query.limit,
      query.cursor,
    );
    return { tasks: rows.map((row) => toTaskSummary(row, url)), next_cursor: nextCursor };
  }

  @Get('api/v1/task-counts')
  @Documented({ summary: 'Count the tasks in each state', errors: [503] })
  @ApiOkResponse({ standardSchema: TaskCounts })
  counts() {
    return this.tasks.counts();
  }

  @Get('task/:id')
  @Settings({ isUncompressed: true })
  @Documented({ summary: 'Look at a task of any experiment', errors: [400, 404, 503] })
  @ApiParam({ name: 'id', schema: { type: 'string' }, description: 'With or without hyphens.' })
  @ApiOkResponse({ standardSchema: TaskView })
  async get(@Param('id', { schema: Id }) id: string, @PublicUrl() url: string) {
    return toTaskView(await this.tasks.get(id), url);
  }

  @Get('queue-check')
  @Documented({
    summary: 'Send a task that does nothing through the real queue and back',
    description:
      'The probe appears in no list and is deleted before the answer. 503 when the queue does not answer, or the probe is not back within 5 s.',
    errors: [503],
  })
  @ApiOkResponse({ standardSchema: QueueCheck })
  async queueCheck() {
    const milliseconds = await this.tasks.probe();
    return { status: 'ok', queue: this.tasks.driver, milliseconds: Math.round(milliseconds * 10) / 10 };
  }
}
