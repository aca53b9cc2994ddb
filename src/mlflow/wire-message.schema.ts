import { z } from 'zod';
import { LIFECYCLES } from '../experiments/experiment.entity.js';
import { EXAMPLE_ID, runIdOf } from '../http/identifiers.js';
import { MOST } from './wire-limits.js';

/** Pieces that messages of the wire share. Requests may write numbers as texts and names in camel case. */

export const EXAMPLE_RUN_ID = runIdOf(EXAMPLE_ID);

export const ExperimentIdField = z.string().describe('Digits; "0" is the experiment `Default`.');
export const ExperimentIdsField = z.array(ExperimentIdField);
export const RunIdField = z.string().describe('32 hex digits. `run_uuid` is an older name of it.');
export const FilterField = z
  .string()
  .optional()
  .describe("Such as `metrics.rmse < 0.8 AND params.alpha = '0.5'`; absent = all.");
export const MaxResultsField = z.number().int().min(1).max(MOST.results);
export const PageTokenField = z.string().optional().describe('`next_page_token` of the page before.');

/** The token that continues a page; absent on the last one. */
export const NextPageToken = z.string().optional().describe('Absent on the last page.');

export const Milliseconds = z.number().int().describe('Milliseconds since 1970.');

export const LifecycleStage = z.enum(LIFECYCLES);
export const ViewType = z.enum(['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL']);

/** A tag or a parameter. */
export const KeyValue = z.object({ key: z.string(), value: z.string() }).meta({ id: 'MlflowKeyValue' });
/** The same as a request has it. */
export const KeyValueFields = z.object({ key: z.string(), value: z.string().optional().describe('Absent = empty.') });

/** The values of the wire: NaN is a text, and an infinity the largest number. */
export const MetricNumber = z.union([z.number(), z.literal('NaN')]);
/** What a request may write. */
export const MetricNumberField = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]);
