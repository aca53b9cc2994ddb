import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Documented, JsonBody } from '../http/documented.js';
import { EXAMPLE_ID } from '../http/identifiers.js';
import { BulkAnswer, BulkBody } from './bulk.schema.js';
import { BulkService } from './bulk.service.js';

@ApiTags('runs')
@Controller('api/v1/runs/bulk')
export class BulkController {
  constructor(private readonly bulk: BulkService) {}

  @Post()
  @HttpCode(200)
  @Documented({
    summary: 'Tag, delete, restore or purge many runs',
    description:
      'Named by their ids, or all that a filter finds: active ones to tag and delete, deleted ones to restore, both to purge.',
    errors: [400, 404, 409, 413, 415, 503],
  })
  @JsonBody(BulkBody, {
    'a tag': { run_ids: [EXAMPLE_ID], action: 'tag', tags: { stage: 'candidate' } },
    'what failed': { filter: "status = 'FAILED'", experiments: ['wine-quality'], action: 'delete' },
  })
  @ApiOkResponse({ standardSchema: BulkAnswer })
  async change(@Body({ schema: BulkBody }) body: z.infer<typeof BulkBody>) {
    return { changed: await this.bulk.change(body) };
  }
}
