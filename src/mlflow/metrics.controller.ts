import { Readable } from 'node:stream';
import { Header } from '@nestjs/common';
import { Id, runIdOf } from '../http/identifiers.js';
import { HistoryService } from '../runs/history.service.js';
import { invalidParameter } from './wire-error.js';
import { Fields, type WireFields } from './wire-fields.js';
import { evenly, historyText, pointOfToken, wirePoints } from './wire-history.js';
import { MOST } from './wire-limits.js';
import {
  BulkHistoryChoice,
  FoundHistories,
  FoundHistory,
  HistoryChoice,
  IntervalHistoryChoice,
} from './wire-log.schema.js';
import { WireController, WireRoute } from './wire-route.js';
import { listOf } from './wire-run.js';

/** The histories of metrics on the wire. */
@WireController('metrics')
export class WireMetricsController {
  constructor(private readonly history: HistoryService) {}

  /** A run or metric that does not exist has an empty history. */
  @WireRoute('GET', 'get-history', {
    summary: 'Read the history of a metric',
    description: 'A run or metric that does not exist has an empty one.',
    query: HistoryChoice,
    answer: FoundHistory,
    errors: [],
  })
  @Header('content-type', 'application/json; charset=utf-8')
  async getHistory(@Fields() fields: WireFields) {
    const given = fields.string('run_id') || fields.string('run_uuid');
    if (given === '') throw fields.missing('run_id');
    const key = fields.requiredString('metric_key');
    const limit = fields.integer('max_results');
    if (limit !== undefined && limit < 1) {
      throw invalidParameter(
        `Invalid value ${limit} for parameter 'max_results' supplied. It must be a positive integer.`,
      );
    }
    const after = pointOfToken(fields.string('page_token'));
    const runId = Id.safeParse(given).data;
    return Readable.from(runId ? historyText(key, this.history.stream(runId, key, after), limit) : ['{}']);
  }

  @WireRoute('GET', 'get-history-bulk', {
    summary: 'Read the histories of a metric of several runs',
    query: BulkHistoryChoice,
    answer: FoundHistories,
    errors: [],
  })
  async getHistoryBulk(@Fields() fields: WireFields) {
    const runIds = runsOf(fields, 'run_id');
    const key = fields.requiredString('metric_key');
    let left = Math.min(fields.integer('max_results') ?? MOST.bulkPoints, MOST.bulkPoints);
    const metrics = [];
    for (const runId of new Set(runIds.toSorted())) {
      const points = left > 0 ? await this.history.page(runId, key, left) : [];
      left -= points.length;
      metrics.push(...wirePoints(key, points, runIdOf(runId)));
    }
    return { metrics };
  }

  @WireRoute('GET', 'get-history-bulk-interval', {
    summary: 'Read some points of a metric of several runs, evenly chosen',
    query: IntervalHistoryChoice,
    answer: FoundHistories,
    errors: [],
  })
  async getHistoryBulkInterval(@Fields() fields: WireFields) {
    const runIds = runsOf(fields, 'run_ids');
    const key = fields.requiredString('metric_key');
    const limit = fields.integer('max_results') ?? MOST.intervalPoints;
    if (limit < 1 || limit > MOST.intervalPoints) {
      throw invalidParameter(`max_results must be between 1 and ${MOST.intervalPoints}.`);
    }
    const [start, end] = [fields.integer('start_step'), fields.integer('end_step')];
    if ((start === undefined) !== (end === undefined)) {
      throw invalidParameter('If either start step or end step are specified, both must be specified.');
    }
    if (start !== undefined && end !== undefined && start > end) {
      throw invalidParameter(
        `end_step must be greater than start_step. Found start_step=${start} and end_step=${end}.`,
      );
    }
    const metrics = [];
    // One after the other, so that only one is in memory as a whole.
    for (const runId of runIds) {
      const points = await this.history.bySteps(runId, key, start, end);
      metrics.push(...wirePoints(key, evenly(points, limit), runIdOf(runId)));
    }
    return { metrics: listOf(metrics) };
  }
}

/** Ids that belong to no run have no history either. */
function runsOf(fields: WireFields, name: string): string[] {
  const given = fields.strings(name);
  if (given.length === 0) throw fields.missing(name);
  if (given.length > MOST.historyRuns) {
    throw invalidParameter(`Cannot request more than ${MOST.historyRuns} runs at once; ${given.length} were given.`);
  }
  return given.flatMap((id) => Id.safeParse(id).data ?? []);
}
