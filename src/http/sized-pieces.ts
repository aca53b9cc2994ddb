/** About what is in memory of records at a time, in characters. */
const PIECE_CHARACTERS = 8_000_000;
const LARGEST = 1_000;
/** The next records may be larger than the last ones. */
const MOST_GROWTH = 4;

/** How sized pieces are read. */
interface Reading<Piece> {
  /** How many records the first piece has at the most. */
  first: number;
  /** Answers records, without those ids that belong to none, and what else is known of them. */
  read: (ids: string[]) => Promise<Piece>;
  /** About how much each of its records holds, in characters. */
  sizes: (piece: Piece) => number[];
}

/**
 * Reads records in the order of their ids, piece by piece: as one may hold a thousand times what another does, each piece
 * tells how many the next one takes.
 * @returns what was read, and about how much it holds
 */
export async function* sizedPieces<Piece extends object>(
  pages: AsyncIterable<string[]> | Iterable<string[]>,
  { first, read, sizes }: Reading<Piece>,
): AsyncGenerator<Piece & { characters: number }> {
  let size = first;
  for await (const ids of pages) {
    for (let i = 0; i < ids.length; ) {
      const part = ids.slice(i, i + size);
      i += part.length;
      const piece = await read(part);
      const held = sizes(piece);
      const characters = held.reduce((sum, one) => sum + one, 0);
      yield { ...piece, characters };
      const fitting = Math.floor((PIECE_CHARACTERS * held.length) / Math.max(characters, 1));
      size = Math.max(1, Math.min(fitting, size * MOST_GROWTH, LARGEST));
    }
  }
}

/** The characters of parameters or tags. */
export function labelCharacters(labels: Record<string, string>): number {
  let characters = 0;
  for (const key in labels) characters += key.length + labels[key].length;
  return characters;
}
