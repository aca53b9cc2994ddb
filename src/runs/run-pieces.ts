import { labelCharacters, sizedPieces } from '../http/sized-pieces.js';
import type { RunRecord } from './run.repository.js';

const FIRST = 100;

/**
 * Reads runs in the order of their ids, in pieces of about the same size.
 * @param read answers runs, without those ids that belong to none, and what else is known of them
 * @returns what was read, and about how much it holds, in characters
 */
export function runPieces<Piece extends { runs: RunRecord[] }>(
  pages: AsyncIterable<string[]> | Iterable<string[]>,
  read: (ids: string[]) => Promise<Piece>,
): AsyncGenerator<Piece & { characters: number }> {
  return sizedPieces(pages, { first: FIRST, read, sizes: ({ runs }) => runs.map(charactersOf) });
}

const FIXED = 500;
const METRIC = 50;

function charactersOf({ parameters, tags, metrics }: RunRecord): number {
  return FIXED + metrics.length * METRIC + labelCharacters(parameters) + labelCharacters(tags);
}
