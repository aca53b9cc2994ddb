import { Readable } from 'node:stream';
import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { Documented } from '../http/documented.js';
import { PublicUrl } from '../http/public-url.js';
import { Streamed } from '../http/streamed-route.js';
import { ExportQuery } from './run-export.schema.js';
import { RunExportService } from './run-export.service.js';

const TYPES = {
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/x-ndjson; charset=utf-8',
  parquet: 'application/vnd.apache.parquet',
};

@ApiTags('runs')
@Controller('api/v1/runs/export')
export class RunExportController {
  constructor(private readonly exports: RunExportService) {}

  @Get()
  @Streamed()
  @Documented({
    summary: 'Download all runs that a search finds',
    description:
      '`csv`: a row a run, a column for every parameter, metric and tag; what a spreadsheet would take for a formula begins with an apostrophe. `parquet`: the same table, its metrics as numbers. `jsonl`: a run a line, as the search answers it.',
    errors: [400, 404, 503],
  })
  @ApiOkResponse({
    description: 'The file.',
    content: {
      'text/csv': { schema: { type: 'string' } },
      'application/x-ndjson': { schema: { type: 'string' } },
      'application/vnd.apache.parquet': { schema: { type: 'string', format: 'binary' } },
    },
  })
  async file(
    @Query({ schema: ExportQuery }) { format, experiment, ...query }: z.infer<typeof ExportQuery>,
    @PublicUrl() url: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const file = await this.exports.file({ ...query, experiments: experiment, experiment_ids: [] }, format, url);
    reply.headers({
      'content-type': TYPES[format],
      'content-disposition': `attachment; filename="runs.${format}"`,
    });
    return Readable.from(file);
  }
}
