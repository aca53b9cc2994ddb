import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { ExperimentPathId } from '../experiments/experiment.schema.js';
import { Documented } from '../http/documented.js';
import { KeyPage, KeysQuery } from './key.schema.js';
import { KeyService } from './key.service.js';

@ApiTags('experiments')
@Controller('api/v1/experiments/:id/keys')
export class KeysController {
  constructor(private readonly keys: KeyService) {}

  @Get()
  @Documented({
    summary: 'The metrics, parameters or tags that runs of an experiment have',
    description: 'With how many runs have each, deleted ones among them.',
    errors: [400, 404, 503],
  })
  @ApiParam({ name: 'id', schema: { type: 'integer' }, description: 'Number of the experiment.' })
  @ApiOkResponse({ standardSchema: KeyPage })
  list(
    @Param('id', { schema: ExperimentPathId }) id: number,
    @Query({ schema: KeysQuery }) query: z.infer<typeof KeysQuery>,
  ) {
    return this.keys.page(id, query);
  }
}
