import { z } from 'zod';
import { storableText } from '../experiments/label.schema.js';
import { numberText } from '../http/number-text.js';
import { encodeSearchCursor, NextCursor, SearchCursor } from '../http/paging.js';
import { KEY_KINDS } from './run-index.entity.js';

/** Sorted before every real key. */
const FIRST_KEY = ' ';

export const KeysQuery = z.strictObject({
  kind: z
    .enum(KEY_KINDS)
    .default('metric')
    .meta({ examples: ['metric'] }),
  prefix: storableText(250)
    .default('')
    .describe('Only keys that begin with it, letter by letter.')
    .meta({ examples: ['r'] }),
  sort: z
    .enum(['key', 'runs'])
    .default('key')
    .describe('In the order of their code points, or those that most runs have first.')
    .meta({ examples: ['key'] }),
  limit: numberText(
    z
      .number()
      .int()
      .min(1)
      .max(1_000)
      .default(200)
      .describe('How many keys at the most.')
      .meta({ examples: [200] }),
  ),
  cursor: SearchCursor.meta({ examples: [encodeSearchCursor(['metric', 'r', 'key'], [FIRST_KEY, 0])] }),
});

export const KeyPage = z
  .object({ keys: z.array(z.object({ key: z.string(), runs: z.number().int() })), next_cursor: NextCursor })
  .meta({ id: 'KeyPage' });
