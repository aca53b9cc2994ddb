import { All, Controller, Get, NotFoundException, Param } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Documented } from '../http/documented.js';
import { PublicUrl } from '../http/public-url.js';
import { CatalogueNames } from '../tasks/catalogue-names.js';
import { CatalogueService } from './catalogue.service.js';
import { CatalogueList } from './training.schema.js';

@ApiTags('catalogue')
@Controller()
export class CatalogueController {
  constructor(
    private readonly catalogue: CatalogueService,
    private readonly names: CatalogueNames,
  ) {}

  @Get('experiment')
  @Documented({ summary: 'List the experiments that can be run' })
  @ApiOkResponse({ standardSchema: CatalogueList })
  list(@PublicUrl() url: string) {
    return this.catalogue.list(url);
  }

  @Get('tasks')
  @Documented({ summary: 'List the experiments that can be run, and where their tasks are' })
  @ApiOkResponse({ standardSchema: CatalogueList })
  listForTasks(@PublicUrl() url: string) {
    return this.catalogue.list(url);
  }

  /** Names that the catalogue does not hold; those that it holds have routes of their own, which come first. */
  @All(['experiment/:name', 'experiment/:name/tasks', 'experiment/:name/tasks/:id', 'experiment/:name/results'])
  @ApiExcludeEndpoint()
  unknown(@Param('name') name: string): never {
    this.names.require(name);
    throw new NotFoundException();
  }
}
