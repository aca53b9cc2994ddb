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
    { name: 'end_time', type: 'time' },
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
        ['a', 0.5, 'é', '2026-11-30T10:00:00.123Z'],
        ['b', 'NaN', null, null],
      ],
      [['c', null, '=1', '1969-12-31T23:59:59.999Z']],
    ];
    const { rows, pieces } = await read(groups);
    expect(rows.map((row) => Object.values(row).map((cell) => cell ?? null))).toEqual([
      ['a', 0.5, 'é', new Date('2026-11-30T10:00:00.123Z')],
      ['b', Number.NaN, null, null],
      ['c', null, '=1', new Date(-1)],
    ]);
    expect(pieces).toBe(groups.length + 1);
  });

  it('may have no rows', async () => {
    expect((await read([])).rows).toEqual([]);
  });
});
