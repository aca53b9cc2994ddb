import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DESKTOP, PHONE, Site } from './site.js';

let site: Site;

beforeAll(async () => {
  site = await Site.start();
}, 120_000);

afterAll(async () => {
  await site?.stop();
});

beforeEach(async () => {
  await site.visit(DESKTOP);
});

afterEach(() => {
  expect(site.complaints).toEqual([]);
});

function head(name: string) {
  return site.page.getByRole('columnheader', { name, exact: true });
}

describe('long names', () => {
  const NAME = 'n'.repeat(500);
  const METRIC = 'm'.repeat(250);
  const PARAMETER = 'p'.repeat(250);

  beforeAll(async () => {
    // Enough columns that none is given room to spare.
    const others = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`${i}`, 'x'.repeat(300)]));
    const parameters = { [PARAMETER]: 'x', ...others };
    await site.loggedRun('long names', NAME, { parameters, metrics: { [METRIC]: [1] } });
  });

  it.each([
    ['18rem', DESKTOP, 18 * 16],
    ['two fifths of a phone', PHONE, 0.4 * PHONE.width],
  ])('of runs take no more than %s, and are whole when pointed at', async (_, viewport, widest) => {
    await site.visit(viewport);
    await site.page.goto('/results?experiment=long%20names');
    await site.page.getByTitle(NAME).waitFor();
    const box = await site.page.locator('tbody th').boundingBox();
    expect(box?.width).toBeLessThanOrEqual(widest + 1);
  });

  it('of parameters and metrics take no more than their values may', async () => {
    await site.page.goto('/results?experiment=long%20names');
    for (const name of [PARAMETER, METRIC]) {
      await head(name).waitFor();
      expect((await head(name).boundingBox())?.width).toBeLessThanOrEqual(18 * 16 + 1);
      expect(await head(name).getAttribute('title')).toContain(name);
    }
  });
});

describe('the columns', () => {
  it('are at first those that most runs have, in the order in which people count', async () => {
    const common = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`p0_${i + 4}`, 'x']));
    for (const run of ['one', 'two']) {
      const rare = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`${run} only ${i}`, 'x']));
      await site.loggedRun('names in use', run, { parameters: { ...rare, ...common } });
    }
    await site.page.goto('/results?experiment=names%20in%20use');
    await head('p0_11').waitFor();
    expect(await site.page.locator('thead th').allTextContents()).toEqual([
      'Run',
      ...Array.from({ length: 8 }, (_, i) => `p0_${i + 4}`),
      'Status',
      'Duration',
      'Started',
    ]);
  });
});
