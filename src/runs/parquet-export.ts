import { ByteWriter, ParquetWriter } from 'hyparquet-writer';

/** How a kind of cell is stored, and what the writer takes for it. */
const TYPES = {
  text: { stored: { type: 'BYTE_ARRAY', converted_type: 'UTF8' }, valueOf: (cell: string | number) => cell },
  number: { stored: { type: 'DOUBLE' }, valueOf: Number },
  /** A date in ISO 8601. */
  time: {
    stored: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
    valueOf: (cell: string | number) => new Date(cell),
  },
} as const;

/** A column of a table; every cell may be missing. */
export interface ParquetColumn {
  name: string;
  type: keyof typeof TYPES;
}

type Cell = string | number | null;

/**
 * Writes a table as Parquet, a row group at a time: what is given out is forgotten, but for its place in the index at the end.
 * @param groups of rows, which hold a cell for each column; numbers that are no JSON are texts, such as NaN
 */
export async function* parquetFile(
  columns: readonly ParquetColumn[],
  groups: AsyncIterable<Cell[][]>,
): AsyncGenerator<Uint8Array> {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    createdBy: 'cellar',
    schema: [
      { name: 'runs', num_children: columns.length },
      ...columns.map(({ name, type }) => ({ name, ...TYPES[type].stored, repetition_type: 'OPTIONAL' as const })),
    ],
  });
  for await (const rows of groups) {
    const columnData = columns.map(({ name, type }, i) => ({
      name,
      data: rows.map((row) => {
        const cell = row[i];
        return cell === null ? undefined : TYPES[type].valueOf(cell);
      }),
    }));
    await writer.write({ columnData, rowGroupSize: rows.length });
    yield taken(bytes);
  }
  await writer.finish();
  yield taken(bytes);
}

/** What was written since the last time. The writer goes on counting, so places in the file stay right. */
function taken(bytes: ByteWriter): Uint8Array {
  const piece = bytes.getBytes().slice();
  bytes.index = 0;
  return piece;
}
