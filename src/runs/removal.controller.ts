import { Controller, Delete, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Documented, RunIdParam } from '../http/documented.js';
import { Id, runIdOf } from '../http/identifiers.js';
import { PublicUrl } from '../http/public-url.js';
import { PurgeService } from './purge.service.js';
import { RemovalQuery } from './removal.schema.js';
import { RemovedRun, RunView } from './run.schema.js';
import { RunService } from './run.service.js';
import { RunViewService } from './run-view.service.js';

@ApiTags('runs')
@Controller('api/v1/runs/:id')
export class RemovalController {
  constructor(
    private readonly runs: RunService,
    private readonly purges: PurgeService,
    private readonly views: RunViewService,
  ) {}

  @Delete()
  @Documented({
    summary: 'Delete a run',
    description: 'It can be restored, unless it is purged. The task of a purged run goes with it.',
    errors: [400, 404, 409, 503],
  })
  @RunIdParam()
  @ApiOkResponse({ standardSchema: RemovedRun })
  async remove(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: RemovalQuery }) { purge }: z.infer<typeof RemovalQuery>,
  ) {
    await (purge ? this.purges.purgeRun(id) : this.runs.setLifecycle(id, 'deleted'));
    return { run_id: runIdOf(id), state: purge ? 'purged' : 'deleted' };
  }

  @Post('restore')
  @HttpCode(200)
  @Documented({ summary: 'Restore a deleted run', errors: [400, 404, 503] })
  @RunIdParam()
  @ApiOkResponse({ standardSchema: RunView })
  async restore(@Param('id', { schema: Id }) id: string, @PublicUrl() url: string) {
    await this.runs.setLifecycle(id, 'active');
    return this.views.one(id, url);
  }
}
