import { parquetReadObjects } from 'hyparquet';
import { parquetFile } from '../src/runs/parquet-export.js';

async function* given<Group>(groups: Group[]): AsyncGenerator<Group> {
  yield* groups;
}

describe('a Parquet file', () => {
  const columns = [
    { name: 'run_id', type: 'text' },
    { name: 'metrics.train/loss', type: 'number' },
    { name: 'params.a.b', type: 'text' },
  ] as const;

  async function read(groups: (string | number | null)[][][]) {
    const pieces: Uint8Array[] = [];
    for await (const piece of parquetFile(columns, given(groups))) pieces.push(piece);
    const file = new Uint8Array(Buffer.concat(pieces)).buffer;
    return { rows: await parquetReadObjects({ file }), pieces: pieces.length };
  }

  it('is read as it was written, group by group', async () => {
    const groups = [
      [
        ['a', 0.5, 'é'],
        ['b', 'NaN', null],
      ],
      [['c', null, '=1']],
    ];
    const { rows, pieces } = await read(groups);
    expect(rows.map((row) => Object.values(row).map((cell) => cell ?? null))).toEqual([
      ['a', 0.5, 'é'],
      ['b', Number.NaN, null],
      ['c', null, '=1'],
    ]);
    expect(pieces).toBe(groups.length + 1);
  });

  it('may have no rows', async () => {
    expect((await read([])).rows).toEqual([]);
  });
});
