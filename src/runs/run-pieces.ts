import type { RunRecord } from './run.repository.js';

/** About what is in memory of runs at a time, in characters. */
const PIECE_CHARACTERS = 8_000_000;
const FIRST = 100;
const LARGEST = 1_000;
/** The next runs may be larger than the last ones. */
const MOST_GROWTH = 4;

/**
 * Reads runs in the order of their ids, piece by piece: as one run may hold a thousand times what another does, each piece
 * tells how many the next one takes.
 * @param read answers runs, without those ids that belong to none, and what else is known of them
 * @returns what was read, and about how much it holds
 */
export async function* runPieces<Piece extends { runs: RunRecord[] }>(
  pages: AsyncIterable<string[]> | Iterable<string[]>,
  read: (ids: string[]) => Promise<Piece>,
): AsyncGenerator<Piece & { characters: number }> {
  let size = FIRST;
  for await (const ids of pages) {
    for (let i = 0; i < ids.length; ) {
      const part = ids.slice(i, i + size);
      i += part.length;
      const piece = await read(part);
      const { runs } = piece;
      const characters = runs.reduce((sum, run) => sum + charactersOf(run), 0);
      yield { ...piece, characters };
      const fitting = Math.floor((PIECE_CHARACTERS * runs.length) / Math.max(characters, 1));
      size = Math.max(1, Math.min(fitting, size * MOST_GROWTH, LARGEST));
    }
  }
}

const FIXED = 500;
const METRIC = 50;

function charactersOf({ parameters, tags, metrics }: RunRecord): number {
  let characters = FIXED + metrics.length * METRIC;
  for (const labels of [parameters, tags]) {
    for (const key in labels) characters += key.length + labels[key].length;
  }
  return characters;
}
