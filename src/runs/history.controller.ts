import { Readable } from 'node:stream';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { Documented, JsonBody, JsonOrTextAnswer, RunIdParam } from '../http/documented.js';
import { Id } from '../http/identifiers.js';
import { decodeCursor, encodeCursor, pageOf } from '../http/paging.js';
import { Streamed } from '../http/streamed-route.js';
import { CurveService } from './curve.service.js';
import {
  CURVES_EXAMPLE,
  Curves,
  CurvesBody,
  HistoryPage,
  HistoryPosition,
  HistoryQuery,
  MetricList,
} from './history.schema.js';
import { HistoryService } from './history.service.js';
import { HISTORY_TYPES, historyText, jsonPoint } from './history-text.js';
import { RunService } from './run.service.js';

@ApiTags('metrics')
@Controller('api/v1')
export class HistoryController {
  constructor(
    private readonly history: HistoryService,
    private readonly curves: CurveService,
    private readonly runs: RunService,
  ) {}

  @Get('runs/:id/metrics')
  @Documented({ summary: 'The last, lowest and highest value of every metric of a run', errors: [400, 404, 503] })
  @RunIdParam()
  @ApiOkResponse({ standardSchema: MetricList })
  async metrics(@Param('id', { schema: Id }) id: string) {
    const { metrics } = await this.runs.get(id);
    return { metrics: await this.history.summaries(id, metrics) };
  }

  @Get('runs/:id/history')
  @Streamed()
  @Documented({ summary: 'Every point of a metric, in pages or as a stream', errors: [400, 404, 503] })
  @RunIdParam()
  @JsonOrTextAnswer(HistoryPage, Object.values(HISTORY_TYPES))
  async read(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: HistoryQuery }) { key, format, limit, cursor }: z.infer<typeof HistoryQuery>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.runs.assertExists(id);
    if (format !== 'json') {
      reply.header('content-type', HISTORY_TYPES[format]);
      return Readable.from(historyText(this.history.stream(id, key), format));
    }
    const shape = HistoryPosition.refine(([of]) => of === key);
    const [, timestamp = 0, step = 0, value = ''] = decodeCursor(cursor, shape) ?? [];
    const after = cursor === undefined ? undefined : { timestamp, step, value: Number(value) };
    const { shown, last } = pageOf(await this.history.page(id, key, limit + 1, after), limit);
    return {
      points: shown.map(jsonPoint),
      next_cursor: last ? encodeCursor([key, last.timestamp, last.step, String(last.value)]) : null,
    };
  }

  @Post('curves')
  @HttpCode(200)
  @Documented({
    summary: 'Metrics of several runs, thinned out for a chart without losing an extreme',
    description: 'A run or metric that does not exist has no curve.',
    errors: [400, 413, 415, 503],
  })
  @JsonBody(CurvesBody, { 'one metric of a run': CURVES_EXAMPLE })
  @ApiOkResponse({ standardSchema: Curves })
  compare(@Body({ schema: CurvesBody }) body: z.infer<typeof CurvesBody>) {
    return this.curves.curves(body);
  }
}
