import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res, type Type } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiHeader, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Documented } from '../http/documented.js';
import { Id } from '../http/identifiers.js';
import { PublicUrl } from '../http/public-url.js';
import { Settings } from '../http/route-settings.js';
import { parseOrRefuse } from '../http/validation.js';
import { ExperimentTasksQuery, TaskPage, TaskView, toTaskSummary, toTaskView } from '../tasks/task.schema.js';
import { TaskService } from '../tasks/task.service.js';
import type { CatalogueEntry } from './catalogue/catalogue-entry.js';
import { CatalogueService } from './catalogue.service.js';
import { SubmissionPipe } from './submission.pipe.js';
import {
  CatalogueExperimentView,
  ResultPage,
  type ResultsQuery,
  resultsQueryOf,
  SubmittedTask,
} from './training.schema.js';

const IdempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 visible ASCII characters')
  .optional();

/** The routes of one catalogue experiment. A class each, so that the documentation shows the very parameters it takes. */
export function experimentControllerOf(entry: CatalogueEntry): Type<unknown> {
  const ResultsQuerySchema = resultsQueryOf(entry);
  const parameters = z.toJSONSchema(entry.parameters, { io: 'input', target: 'openapi-3.0' });

  @ApiTags(entry.name)
  @Controller(`experiment/${entry.name}`)
  class ExperimentController {
    constructor(
      private readonly catalogue: CatalogueService,
      private readonly tasks: TaskService,
    ) {}

    @Get()
    @Documented({ summary: `What ${entry.name} is and takes` })
    @ApiOkResponse({ standardSchema: CatalogueExperimentView })
    describe(@PublicUrl() url: string) {
      return this.catalogue.describe(entry, url);
    }

    @Post()
    @HttpCode(202)
    @Settings({ isUncompressed: true })
    @Documented({
      summary: `Start a task of ${entry.name}`,
      description: `${entry.description} The parameters may also stand under \`input\`.`,
      errors: [400, 409, 413, 415, 503],
    })
    @ApiBody({
      schema: parameters as object,
      examples: Object.fromEntries(entry.examples.map((value, i) => [`example ${i + 1}`, { value }])),
    })
    @ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      // Without an `example`: the documentation's page would send it, and whoever tries it twice there wants two tasks.
      description:
        'Your own name for this submission, such as `grid-7/alpha=0.1`: sending it again within 24 h answers the same task.',
      schema: { type: 'string', minLength: 1, maxLength: 200 },
    })
    @ApiAcceptedResponse({
      standardSchema: SubmittedTask,
      headers: { Location: { description: 'The task.', schema: { type: 'string' } } },
    })
    async submit(
      @Body(new SubmissionPipe(entry.parameters)) input: Record<string, unknown>,
      @Headers('idempotency-key') idempotencyKey: string | undefined,
      @PublicUrl() url: string,
      @Res({ passthrough: true }) reply: FastifyReply,
    ) {
      const key = parseOrRefuse(IdempotencyKey, idempotencyKey, ['Idempotency-Key']);
      const submitted = await this.catalogue.submit(entry, input, url, key);
      reply.header('location', submitted.task);
      return submitted;
    }

    @Get('tasks')
    @Documented({ summary: `List the tasks of ${entry.name}, newest first`, errors: [400, 503] })
    @ApiOkResponse({ standardSchema: TaskPage })
    async list(
      @Query({ schema: ExperimentTasksQuery }) query: z.infer<typeof ExperimentTasksQuery>,
      @PublicUrl() url: string,
    ) {
      const { rows, nextCursor } = await this.tasks.page(
        { catalogue: entry.name, state: query.status },
        query.limit,
        query.cursor,
      );
      return { tasks: rows.map((row) => toTaskSummary(row, url)), next_cursor: nextCursor };
    }

    @Get('tasks/:id')
    @Settings({ isUncompressed: true })
    @Documented({ summary: `Look at a task of ${entry.name}`, errors: [400, 404, 503] })
    @ApiParam({ name: 'id', schema: { type: 'string' }, description: 'With or without hyphens.' })
    @ApiOkResponse({ standardSchema: TaskView })
    async get(@Param('id', { schema: Id }) id: string, @PublicUrl() url: string) {
      return toTaskView(await this.tasks.get(id, entry.name), url);
    }

    @Get('results')
    @Documented({ summary: `The finished tasks of ${entry.name} as a table`, errors: [400, 503] })
    @ApiOkResponse({ standardSchema: ResultPage })
    results(@Query({ schema: ResultsQuerySchema }) query: ResultsQuery, @PublicUrl() url: string) {
      return this.catalogue.resultPage(entry, query, url);
    }
  }

  // Swagger and Nest tell controllers apart by their class names.
  const className = entry.name.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
  Object.defineProperty(ExperimentController, 'name', { value: `${className}Controller` });
  return ExperimentController;
}
