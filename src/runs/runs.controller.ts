import { Body, Controller, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Documented, JsonBody, RunIdParam } from '../http/documented.js';
import { Id } from '../http/identifiers.js';
import { PublicUrl } from '../http/public-url.js';
import { Settings } from '../http/route-settings.js';
import { ChangeRun, CreateRun, RunView } from './run.schema.js';
import { RunChangeService } from './run-change.service.js';
import { LogBody, Logged } from './run-log.schema.js';
import { RunViewService } from './run-view.service.js';

/** As many points as a request may have, with the longest keys. */
const LOG_BODY_LIMIT = 16 * 1024 * 1024;

@ApiTags('runs')
@Controller('api/v1/runs')
export class RunsController {
  constructor(
    private readonly changes: RunChangeService,
    private readonly views: RunViewService,
  ) {}

  @Post()
  @Documented({ summary: 'Start a run', errors: [400, 404, 409, 413, 415, 503] })
  @JsonBody(CreateRun, {
    'in an experiment by name': { experiment: 'wine-quality', parameters: { model: 'ridge', alpha: '0.1' } },
    'in an experiment by number': { experiment_id: 0, name: 'first try', tags: { team: 'growth' } },
  })
  @ApiCreatedResponse({ standardSchema: RunView })
  async create(@Body({ schema: CreateRun }) body: z.infer<typeof CreateRun>, @PublicUrl() url: string) {
    return this.views.one(await this.changes.create(body), url);
  }

  @Get(':id')
  @Documented({ summary: 'Look at a run', description: 'Deleted ones, too.', errors: [400, 404, 503] })
  @RunIdParam()
  @ApiOkResponse({ standardSchema: RunView })
  get(@Param('id', { schema: Id }) id: string, @PublicUrl() url: string) {
    return this.views.one(id, url);
  }

  @Patch(':id')
  @Documented({
    summary: 'Change the status, name, tags or note of a run',
    description: 'What is absent stays.',
    errors: [400, 404, 409, 413, 415, 503],
  })
  @RunIdParam()
  @JsonBody(ChangeRun, {
    'the end': { status: 'FINISHED' },
    'a note and tags': { note: 'Converges **late**.', tags: { stage: 'candidate', draft: null } },
  })
  @ApiOkResponse({ standardSchema: RunView })
  async change(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: ChangeRun }) body: z.infer<typeof ChangeRun>,
    @PublicUrl() url: string,
  ) {
    await this.changes.change(id, body);
    return this.views.one(id, url);
  }

  @Post(':id/log')
  @HttpCode(200)
  @Settings({ bodyLimit: LOG_BODY_LIMIT })
  @Documented({
    summary: 'Append metrics, parameters and tags to a run',
    description:
      'All of it or, where any part is refused, nothing. The same request twice changes nothing, if its values have timestamps. Up to 10,000 points, in a body of up to 16 MiB.',
    errors: [400, 404, 409, 413, 415, 503],
  })
  @RunIdParam()
  @JsonBody(LogBody, {
    points: {
      metrics: [
        { key: 'train/loss', value: 0.41, step: 1, timestamp: 1767225600000 },
        { key: 'train/loss', value: 'NaN', step: 2, timestamp: 1767225601000 },
      ],
    },
    'parameters and tags': { parameters: { alpha: '0.1' }, tags: { stage: 'candidate' } },
  })
  @ApiOkResponse({ standardSchema: Logged })
  append(@Param('id', { schema: Id }) id: string, @Body({ schema: LogBody }) body: z.infer<typeof LogBody>) {
    return this.changes.append(id, body);
  }
}
