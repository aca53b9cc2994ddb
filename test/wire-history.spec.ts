import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { historyText, pointOfToken } from '../src/mlflow/wire-history.js';
import { isAfter, type Point, type Points } from '../src/runs/series-chunk.js';

const LENGTH = 2_500;
const history: Point[] = Array.from({ length: LENGTH }, (_, i) => ({ timestamp: i, step: 2 * i, value: i / 4 }));

/** What comes behind a point, in chunks that end before the given places. */
async function* chunks(ends: number[], after?: Point): AsyncGenerator<Points> {
  const points = history.filter((point) => !after || isAfter(point, after));
  let start = 0;
  for (const end of [...ends, points.length].toSorted((a, b) => a - b)) {
    const chunk = points.slice(start, end);
    start = Math.max(start, end);
    if (chunk.length === 0) continue;
    yield {
      steps: Float64Array.from(chunk, ({ step }) => step),
      timestamps: Float64Array.from(chunk, ({ timestamp }) => timestamp),
      values: Float64Array.from(chunk, ({ value }) => value),
    };
  }
}

interface Page {
  metrics?: { timestamp: number; step: number; value: number }[];
  next_page_token?: string;
}

async function page(ends: number[], limit?: number, token = ''): Promise<Page> {
  return JSON.parse(await text(historyText('loss', chunks(ends, pointOfToken(token)), limit)));
}

describe('a history on the wire', () => {
  it('is whole where no limit is set, and has no token', async () => {
    const { metrics, next_page_token } = await page([700]);
    expect(metrics).toEqual(history.map((point) => ({ key: 'loss', ...point })));
    expect(next_page_token).toBeUndefined();
  });

  it('comes in pages that make the whole, each full but the last, however it is stored', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: LENGTH }), { maxLength: 5 }),
        fc.oneof(fc.integer({ min: 400, max: LENGTH + 1 }), fc.constantFrom(1_000, 1_250, LENGTH)),
        async (ends, limit) => {
          const steps: number[] = [];
          for (let token: string | undefined = ''; token !== undefined; ) {
            const { metrics = [], next_page_token }: Page = await page(ends, limit, token);
            steps.push(...metrics.map(({ step }) => step));
            expect(metrics.length).toBe(next_page_token ? limit : LENGTH - limit * Math.floor((LENGTH - 1) / limit));
            token = next_page_token;
          }
          expect(steps).toEqual(history.map(({ step }) => step));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is an empty object where there are no points', async () => {
    async function* nothing(): AsyncGenerator<Points> {}
    expect(await text(historyText('loss', nothing(), 10))).toBe('{}');
  });
});
