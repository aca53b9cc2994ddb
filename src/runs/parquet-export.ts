import { ByteWriter, ParquetWriter } from 'hyparquet-writer';

/** A column of a table; every cell may be missing. */
export interface ParquetColumn {
  name: string;
  type: 'text' | 'number';
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
      ...columns.map(({ name, type }) =>
        type === 'number'
          ? ({ name, type: 'DOUBLE', repetition_type: 'OPTIONAL' } as const)
          : ({ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' } as const),
      ),
    ],
  });
  for await (const rows of groups) {
    const columnData = columns.map(({ name, type }, i) => ({
      name,
      data: rows.map((row) => (row[i] === null ? undefined : type === 'number' ? Number(row[i]) : row[i])),
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
