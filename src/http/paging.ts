import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../errors.js';
import { numberText } from './number-text.js';

/** The most rows of one page. */
export const MAX_PAGE = 200;

/** Query parameters of every list. */
export const PageQuery = {
  limit: numberText(
    z
      .number()
      .int()
      .min(1)
      .max(MAX_PAGE)
      .default(50)
      .describe('How many rows at the most.')
      .meta({ examples: [50] }),
  ),
  cursor: z.string().max(1_000).optional().describe('`next_cursor` of the page before; absent = the first page.'),
};

/**
 * {@link PageQuery} with an example of a cursor. The documentation's page sends examples unless they are changed, so it must
 * be one that this list takes and that shows the first page.
 * @param parts of a row that comes before every real one
 */
export function pageQueryWith(parts: (string | number)[]) {
  return { ...PageQuery, cursor: PageQuery.cursor.meta({ examples: [encodeCursor(parts)] }) };
}

/** What a list answers beside its rows. */
export const NextCursor = z
  .string()
  .nullable()
  .describe('Send it as `cursor` to get the next page; null = this was the last one.');

/**
 * Cuts a page off rows of which one more than its limit was asked for.
 * @returns the rows of the page, and its last one if more come after it
 */
export function pageOf<Row>(rows: readonly Row[], limit: number): { shown: Row[]; last?: Row } {
  return rows.length > limit ? { shown: rows.slice(0, limit), last: rows[limit - 1] } : { shown: [...rows] };
}

/** Cursors are opaque to clients: the sort key of the last row shown, and what it was sorted by. */
export function encodeCursor(parts: (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/**
 * @param shape checks the parts that {@link encodeCursor} was given
 * @throws AppError INVALID_INPUT for anything that is no cursor of this list
 */
export function decodeCursor<Shape extends z.ZodType>(
  cursor: string | undefined,
  shape: Shape,
): z.infer<Shape> | undefined {
  if (cursor === undefined) return undefined;
  try {
    return shape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (cause) {
    throw new AppError('INVALID_INPUT', 'The cursor is not one of this list.', {
      details: [
        {
          field: 'cursor',
          reason: 'is not a cursor that this list gave out',
          allowed: 'next_cursor of a page with the same filter and order, or no cursor',
        },
      ],
      cause,
    });
  }
}

/** Where a page of a search ended. Values of any length are in it, so it may be long itself. */
export const SearchCursor = z
  .string()
  .max(500_000)
  .optional()
  .describe('`next_cursor` of the page before, with the same search; absent = the first page.');

/** @param search what was searched for and how it was ordered; a cursor is refused where that is another */
export function encodeSearchCursor(search: unknown, position: (string | number | null)[]): string {
  return encodeCursor([fingerprintOf(search), ...position]);
}

/**
 * @param shape checks the position that {@link encodeSearchCursor} was given
 * @throws AppError INVALID_INPUT for anything that is no cursor of this search
 */
export function decodeSearchCursor<Position>(
  cursor: string | undefined,
  search: unknown,
  shape: z.ZodType<Position, (string | number | null)[]>,
): Position | undefined {
  const known = fingerprintOf(search);
  return decodeCursor(
    cursor,
    z
      .array(z.union([z.string(), z.number(), z.null()]))
      .refine(([fingerprint]) => fingerprint === known)
      .transform(([, ...position]) => position)
      .pipe(shape),
  );
}

/** Enough to tell searches apart; who forges it only asks for another page of what they may read anyway. */
function fingerprintOf(search: unknown): string {
  return createHash('sha256').update(JSON.stringify(search)).digest('base64url').slice(0, 16);
}
