import { z } from 'zod';
import { RunFilterQuery } from './run-search.schema.js';

export const EXPORT_FORMATS = ['csv', 'jsonl', 'parquet'] as const;

export const ExportQuery = z.strictObject({
  ...RunFilterQuery,
  format: z
    .enum(EXPORT_FORMATS)
    .default('csv')
    .meta({ examples: ['csv'] }),
});
