import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ExperimentService } from '../experiments/experiment.service.js';
import { decodeSearchCursor, encodeSearchCursor, pageOf } from '../http/paging.js';
import { isStorableText } from '../search/value-text.js';
import { KeyRepository } from './key.repository.js';
import type { KeysQuery } from './key.schema.js';

const Position = z
  .array(z.union([z.string(), z.number(), z.null()]))
  .pipe(z.tuple([z.string().refine(isStorableText), z.int32()]));

/** The names in use in an experiment. */
@Injectable()
export class KeyService {
  constructor(
    private readonly keys: KeyRepository,
    private readonly experiments: ExperimentService,
  ) {}

  /** @throws AppError NOT_FOUND; INVALID_INPUT for a cursor of another kind, prefix or order */
  async page(experimentId: number, { kind, prefix, sort, limit, cursor }: z.infer<typeof KeysQuery>) {
    const question = [kind, prefix, sort];
    const position = decodeSearchCursor(cursor, question, Position);
    const after = position && { key: position[0], runs: position[1] };
    await this.experiments.get(experimentId);
    const found = await this.keys.page({ experimentId, kind, prefix, sort }, limit + 1, after);
    const { shown, last } = pageOf(found, limit);
    return { keys: shown, next_cursor: last ? encodeSearchCursor(question, [last.key, last.runs]) : null };
  }
}
