import { Body, Controller, Get, Header, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Documented, JsonBody } from '../http/documented.js';
import { JSON_TYPE, listAnswer } from '../http/list-answer.js';
import { PublicUrl } from '../http/public-url.js';
import { RunPage, type RunQuery, RunsQuery, SearchRuns } from './run-search.schema.js';
import { RunSearchService } from './run-search.service.js';
import { RunViewService } from './run-view.service.js';

@ApiTags('runs')
@Controller('api/v1/runs')
export class RunSearchController {
  constructor(
    private readonly searches: RunSearchService,
    private readonly views: RunViewService,
  ) {}

  @Post('search')
  @HttpCode(200)
  @Header('content-type', JSON_TYPE)
  @Documented({
    summary: 'Search runs',
    description:
      'A filter compares `metrics.*`, `params.*`, `tags.*`, attributes and data sets, joined by AND, OR, NOT and parentheses. What is wrong in it is named with its position.',
    errors: [400, 404, 413, 415, 503],
  })
  @JsonBody(SearchRuns, {
    'the newest of all': {},
    'the best of one experiment': {
      experiments: ['wine-quality'],
      filter: "metrics.rmse < 1 AND attributes.status = 'FINISHED'",
      order_by: ['metrics.rmse ASC'],
      limit: 10,
    },
  })
  @ApiOkResponse({ standardSchema: RunPage })
  search(@Body({ schema: SearchRuns }) body: z.infer<typeof SearchRuns>, @PublicUrl() url: string) {
    return this.#page(body, url);
  }

  @Get()
  @Header('content-type', JSON_TYPE)
  @Documented({
    summary: 'Search runs by an address that can be shared',
    description: 'The same as the search by POST.',
    errors: [400, 404, 503],
  })
  @ApiOkResponse({ standardSchema: RunPage })
  list(@Query({ schema: RunsQuery }) { experiment, ...query }: z.infer<typeof RunsQuery>, @PublicUrl() url: string) {
    return this.#page({ ...query, experiment_ids: [], experiments: experiment }, url);
  }

  async #page(query: RunQuery & { limit: number; cursor?: string }, url: string) {
    const { ids, nextCursor, matches } = await this.searches.page(query);
    return listAnswer('runs', this.views.pieces(ids, url), { next_cursor: nextCursor, matches });
  }
}
