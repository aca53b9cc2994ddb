import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { AppError } from '../errors.js';
import { runIdOf } from '../http/identifiers.js';
import { HistoryRepository } from './history.repository.js';
import type { CurvesBody } from './history.schema.js';
import { HistoryService } from './history.service.js';
import { jsonNumber } from './json-number.js';

/** The most points that one request reads, and that it answers. */
const READ_LIMIT = 20_000_000;
const ANSWER_LIMIT = 500_000;

/** What a chart of many runs draws. */
@Injectable()
export class CurveService {
  constructor(
    private readonly history: HistoryService,
    private readonly repository: HistoryRepository,
  ) {}

  /** @throws AppError INVALID_INPUT where too much would have to be read or answered */
  async curves({ run_ids, keys, axis, from, to, points }: z.infer<typeof CurvesBody>) {
    const ids = [...new Set(run_ids)];
    const sizes = await this.repository.sizes(ids, [...new Set(keys)]);
    refuseAbove(
      'run_ids',
      sizes.reduce((sum, { points: size }) => sum + size, 0),
      READ_LIMIT,
      'points to read',
    );
    refuseAbove('points', sizes.length * points, ANSWER_LIMIT, 'points to answer');
    const curves = [];
    // One after the other: each lets requests of others in between, and only one is in memory as a whole.
    for (const { runId, key } of sizes) {
      const curve = await this.history.curve(runId, key, axis, Math.floor(points / 4), [from, to]);
      if (curve.count === 0) continue;
      const { x, y, steps, count, exact } = curve;
      curves.push({ run_id: runIdOf(runId), key, x, y: y.map(jsonNumber), steps, count, exact });
    }
    return { curves };
  }
}

function refuseAbove(field: string, size: number, limit: number, what: string): void {
  if (size <= limit) return;
  throw new AppError('INVALID_INPUT', 'These are too many curves for one answer.', {
    details: [{ field, reason: `makes ${size} ${what}`, allowed: `fewer runs, keys or points, up to ${limit} in all` }],
  });
}
