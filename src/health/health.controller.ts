import { applyDecorators, Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService } from '@nestjs/terminus';
import { Documented } from '../http/documented.js';
import { HealthIndicators } from './health.indicators.js';
import { Alive, Healthy, RestCheck, Unhealthy } from './health.schema.js';

/** Documents the answers of a check. Terminus would as well, and for it load all of Swagger a second time. */
const Checked = () =>
  applyDecorators(
    HealthCheck({ noCache: true, swaggerDocumentation: false }),
    ApiOkResponse({ description: 'Every part is up', standardSchema: Healthy }),
    ApiServiceUnavailableResponse({
      description: 'A part is down, or the process is ending',
      standardSchema: Unhealthy,
    }),
  );

@ApiTags('health')
@Controller()
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicators,
  ) {}

  @Get('health')
  @ApiOperation({ summary: 'The state of every part: database, migrations, queue, workers, disk' })
  @Checked()
  check() {
    return this.health.check(this.indicators.all());
  }

  @Get('health/live')
  @Documented({ summary: 'The process answers; nothing else is looked at' })
  @ApiOkResponse({ standardSchema: Alive })
  live() {
    return { status: 'ok' };
  }

  @Get('health/ready')
  @ApiOperation({
    summary: 'This process can do its work',
    description: 'As /health, but workers count only where this process is one. 503 as soon as it was told to end.',
  })
  @Checked()
  ready() {
    return this.health.check(this.indicators.ready());
  }

  @Get('rest-check')
  @Documented({ summary: 'The API answers' })
  @ApiOkResponse({ standardSchema: RestCheck })
  restCheck() {
    return { status: 'ok', message: 'The API answers.' };
  }
}
