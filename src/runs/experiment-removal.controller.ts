import { Controller, Delete, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { ExperimentPathId, ExperimentView, toExperimentView } from '../experiments/experiment.schema.js';
import { ExperimentService } from '../experiments/experiment.service.js';
import { Documented } from '../http/documented.js';
import { PublicUrl } from '../http/public-url.js';
import { PurgeService } from './purge.service.js';
import { RemovalQuery, RemovedExperiment } from './removal.schema.js';

const IdParam = () => ApiParam({ name: 'id', schema: { type: 'integer' }, description: 'Number of the experiment.' });

/** Here and not with the other routes of experiments, because the runs go with it. */
@ApiTags('experiments')
@Controller('api/v1/experiments/:id')
export class ExperimentRemovalController {
  constructor(
    private readonly experiments: ExperimentService,
    private readonly purges: PurgeService,
  ) {}

  @Delete()
  @Documented({
    summary: 'Delete an experiment with all its runs',
    description:
      'They can be restored, unless they are purged. The default experiment and those of the catalogue can not be purged.',
    errors: [400, 404, 409, 503],
  })
  @IdParam()
  @ApiOkResponse({ standardSchema: RemovedExperiment })
  async remove(
    @Param('id', { schema: ExperimentPathId }) id: number,
    @Query({ schema: RemovalQuery }) { purge }: z.infer<typeof RemovalQuery>,
  ) {
    await (purge ? this.purges.purgeExperiment(id) : this.experiments.setLifecycle(id, 'deleted'));
    return { experiment_id: id, state: purge ? 'purged' : 'deleted' };
  }

  @Post('restore')
  @HttpCode(200)
  @Documented({ summary: 'Restore a deleted experiment with all its runs', errors: [400, 404, 503] })
  @IdParam()
  @ApiOkResponse({ standardSchema: ExperimentView })
  async restore(@Param('id', { schema: ExperimentPathId }) id: number, @PublicUrl() url: string) {
    await this.experiments.setLifecycle(id, 'active');
    return toExperimentView(await this.experiments.get(id), url);
  }
}
