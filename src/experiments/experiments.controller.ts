import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Documented, JsonBody } from '../http/documented.js';
import { PublicUrl } from '../http/public-url.js';
import {
  ChangeExperiment,
  CreateExperiment,
  ExperimentPage,
  ExperimentPathId,
  ExperimentsQuery,
  ExperimentView,
  toExperimentView,
} from './experiment.schema.js';
import { ExperimentService } from './experiment.service.js';
import { ExperimentSearchService } from './experiment-search.service.js';

const IdParam = () => ApiParam({ name: 'id', schema: { type: 'integer' }, description: 'Number of the experiment.' });

@ApiTags('experiments')
@Controller('api/v1/experiments')
export class ExperimentsController {
  constructor(
    private readonly experiments: ExperimentService,
    private readonly searches: ExperimentSearchService,
  ) {}

  @Post()
  @Documented({ summary: 'Create an experiment', errors: [400, 409, 413, 415, 503] })
  @JsonBody(CreateExperiment, {
    'a name': { name: 'churn-model' },
    everything: { name: 'churn-model-2', description: 'Who *leaves*, and why.', tags: { team: 'growth' } },
  })
  @ApiCreatedResponse({ standardSchema: ExperimentView })
  async create(@Body({ schema: CreateExperiment }) body: z.infer<typeof CreateExperiment>, @PublicUrl() url: string) {
    const id = await this.experiments.create(body.name, null, body.tags, body.description);
    return toExperimentView(await this.experiments.get(id), url);
  }

  @Get()
  @Documented({ summary: 'List and search experiments, newest first', errors: [400, 503] })
  @ApiOkResponse({ standardSchema: ExperimentPage })
  async list(@Query({ schema: ExperimentsQuery }) query: z.infer<typeof ExperimentsQuery>, @PublicUrl() url: string) {
    const { records, nextCursor } = await this.searches.page(query);
    return { experiments: records.map((record) => toExperimentView(record, url)), next_cursor: nextCursor };
  }

  @Get(':id')
  @Documented({ summary: 'Look at an experiment', description: 'Deleted ones, too.', errors: [400, 404, 503] })
  @IdParam()
  @ApiOkResponse({ standardSchema: ExperimentView })
  async get(@Param('id', { schema: ExperimentPathId }) id: number, @PublicUrl() url: string) {
    return toExperimentView(await this.experiments.get(id), url);
  }

  @Patch(':id')
  @Documented({
    summary: 'Change the name, description or tags of an experiment',
    description: 'What is absent stays. All of it is changed, or nothing.',
    errors: [400, 404, 409, 413, 415, 503],
  })
  @IdParam()
  @JsonBody(ChangeExperiment, {
    'a description': { description: 'Who *leaves*, and why.' },
    'tags set and removed': { tags: { team: 'growth', draft: null } },
  })
  @ApiOkResponse({ standardSchema: ExperimentView })
  async change(
    @Param('id', { schema: ExperimentPathId }) id: number,
    @Body({ schema: ChangeExperiment }) body: z.infer<typeof ChangeExperiment>,
    @PublicUrl() url: string,
  ) {
    await this.experiments.change(id, body);
    return toExperimentView(await this.experiments.get(id), url);
  }
}
