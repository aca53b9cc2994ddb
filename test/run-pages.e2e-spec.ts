import { describe, expect, it } from '@jest/globals';
import { REFUSED, type Site, withSite } from './site.js';

const EXPERIMENT = 'documents';
const DOCUMENT = `model:\n  depth: 3\n${'# a line that explains it\n'.repeat(100)}end: true`;

let site: Site;

withSite((started) => {
  site = started;
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

describe('the parameters of a run', () => {
  it('are found by a part of their name where they are many, and shown some at first', async () => {
    const parameters = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`p${i}/of`, `value ${i}`]));
    const id = await site.loggedRun(EXPERIMENT, 'many', { parameters });
    await site.page.goto(`/runs/${id}`);
    await site.page.getByText('250 parameters').waitFor();
    const names = site.page.locator('section', { hasText: 'Parameters' }).locator('dt');
    expect(await names.count()).toBe(200);
    await site.page.getByRole('button', { name: 'Show all 250' }).click();
    expect(await names.count()).toBe(250);
    await site.page.getByLabel('Show parameters whose name contains').fill('P24');
    await site.page.getByText('11 of 250 parameters').waitFor();
    expect(await names.first().textContent()).toBe('p24/of');
    await site.page.getByLabel('Show parameters whose name contains').fill('none');
    await site.page.getByText('No name contains none.').waitFor();
  });
});

describe('the artifacts of a run', () => {
  it('stand before its charts, which may be many', async () => {
    const id = await site.loggedRun(EXPERIMENT, 'curves', { metrics: { loss: [3, 2, 1] } });
    await site.page.goto(`/runs/${id}`);
    await site.page.getByRole('heading', { name: 'Charts' }).waitFor();
    const titles = await site.page.getByRole('heading', { level: 2 }).allTextContents();
    expect(titles.slice(0, 3)).toEqual(['Metrics', 'Artifacts', 'Charts']);
  });
});

describe('a run that is purged under its page', () => {
  it('leaves nothing but the word that there is none', async () => {
    const id = await site.loggedRun(EXPERIMENT, 'short-lived', { metrics: { loss: [1] }, status: 'RUNNING' });
    await site.page.goto(`/runs/${id}`);
    await site.page.getByRole('heading', { name: 'short-lived' }).waitFor();
    const purged = await fetch(`${site.url}/api/v1/runs/${id}?purge=true`, { method: 'DELETE' });
    expect(purged.status).toBe(200);
    await site.page.getByRole('alert').getByText('This run could not be loaded').waitFor();
    expect(await site.page.getByText('RUNNING').count()).toBe(0);
    expect(await site.page.getByRole('heading').allTextContents()).toEqual(['Run', 'This run could not be loaded']);
    expect(await site.page.title()).toBe('Run · Cellar');
    site.forgive(REFUSED);
  });
});
