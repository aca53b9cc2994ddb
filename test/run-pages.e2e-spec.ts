import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DESKTOP, Site } from './site.js';

const EXPERIMENT = 'documents';
const DOCUMENT = `model:\n  depth: 3\n${'# a line that explains it\n'.repeat(100)}end: true`;

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

describe.each(['parameters', 'tags'] as const)('a document among the %s of a run', (kind) => {
  it('is shown whole when asked, with its lines, and can be folded again', async () => {
    const id = await site.loggedRun(EXPERIMENT, 'reads', { [kind]: { config: DOCUMENT } });
    await site.page.goto(`/runs/${id}`);
    const value = site.page.locator('dt', { hasText: 'config' }).locator('xpath=following-sibling::dd').locator('div');
    const button = site.page.getByRole('button', { name: /characters of config$/ });
    await button.waitFor();
    expect(await value.textContent()).toBe(`${DOCUMENT.slice(0, 300)}…`);
    await button.focus();
    await site.page.keyboard.press('Enter');
    await site.page.getByRole('button', { name: 'Show less of config', expanded: true }).waitFor();
    expect(await value.textContent()).toBe(DOCUMENT);
    // A hundred lines stand below one another.
    expect((await value.boundingBox())?.height).toBeGreaterThan(100 * 16);
    await site.page.keyboard.press('Enter');
    await button.waitFor();
    expect(await value.textContent()).toHaveLength(301);
  });
});
