import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ExperimentService } from '../experiments/experiment.service.js';
import { decodeSearchCursor, encodeSearchCursor, pageOf } from '../http/paging.js';
import { KeyRepository } from './key.repository.js';
import type { KeysQuery } from './key.schema.js';

const Position = z
  .array(z.union([z.string(), z.number(), z.null()]))
  .pipe(z.tuple([z.string().refine((text) => !text.includes('\0') && text.isWellFormed())]));

/** The names in use in an experiment. */
@Injectable()
export class KeyService {
  constructor(
    private readonly keys: KeyRepository,
    private readonly experiments: ExperimentService,
  ) {}

  /** @throws AppError NOT_FOUND; INVALID_INPUT for a cursor of another kind or prefix */
  async page(experimentId: number, { kind, prefix, limit, cursor }: z.infer<typeof KeysQuery>) {
    const [after = null] = decodeSearchCursor(cursor, [kind, prefix], Position) ?? [];
    await this.experiments.get(experimentId);
    const { shown, last } = pageOf(await this.keys.page(experimentId, kind, prefix, limit + 1, after), limit);
    return { keys: shown, next_cursor: last ? encodeSearchCursor([kind, prefix], [last.key]) : null };
  }
}
