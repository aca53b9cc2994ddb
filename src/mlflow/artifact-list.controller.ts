import { Controller, Get, Query, UseFilters } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import { z } from 'zod';
import { ArtifactService } from '../artifacts/artifact.service.js';
import { AppError } from '../errors.js';
import { Id } from '../http/identifiers.js';
import { ArtifactErrorFilter } from './artifact-error.filter.js';
import { filesOf } from './file-info.js';

/** Unknown fields are ignored, and what is empty counts as absent, as everywhere on this wire. */
const ListQuery = z.object({
  run_id: z.string().optional(),
  run_uuid: z.string().optional(),
  path: z.string().default(''),
});

/** The files of a run as MLflow's own list shows them: paths begin at the run. */
@UseFilters(ArtifactErrorFilter)
@Controller(['api/2.0/mlflow/artifacts', 'ajax-api/2.0/mlflow/artifacts'])
export class ArtifactListController {
  constructor(private readonly artifacts: ArtifactService) {}

  @Get('list')
  @ApiExcludeEndpoint()
  async list(@Query({ schema: ListQuery }) query: z.infer<typeof ListQuery>) {
    const { rootUri, entries } = await this.artifacts.list(runOf(query.run_id || query.run_uuid), query.path);
    return { root_uri: rootUri, ...filesOf(entries) };
  }
}

/** @throws AppError INVALID_INPUT where no run is named, NOT_FOUND for what no run is called */
function runOf(given: string | undefined): string {
  if (!given) {
    throw new AppError(
      'INVALID_INPUT',
      "Missing value for required parameter 'run_id'. See the API docs for more information about request parameters.",
    );
  }
  const { success, data } = Id.safeParse(given);
  if (success) return data;
  throw new AppError('NOT_FOUND', `Run with id=${given} not found`);
}
