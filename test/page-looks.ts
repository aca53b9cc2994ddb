import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, it } from '@jest/globals';
import { DESKTOP, PHONE, type ReadyPage, type Site } from './site.js';

const THEMES = ['light', 'dark'] as const;
const LOOKS = [
  ['light', DESKTOP, 'light'],
  ['dark', DESKTOP, 'dark'],
  ['light on a phone', PHONE, 'light'],
] as const;
/** Where pictures of the pages are put, for somebody to look at them. */
const { SCREENSHOT_DIR } = process.env;

/** What is true of every page. @param forgiven what the browser may complain of, because a page provokes it */
export function itLooksRight(
  siteOf: () => Site,
  pages: () => ReadyPage[] | Promise<ReadyPage[]>,
  forgiven?: RegExp,
): void {
  async function visitAll(
    viewport: typeof DESKTOP,
    theme: (typeof THEMES)[number],
    look: (page: ReadyPage) => Promise<void>,
  ): Promise<void> {
    const site = siteOf();
    await site.visit(viewport, theme);
    for (const page of await pages()) {
      await site.page.goto(page.path);
      await page.ready.waitFor();
      await look(page);
    }
    if (forgiven) site.forgive(forgiven);
  }

  it.each(LOOKS)('is free of what axe finds, in %s', async (_, viewport, theme) => {
    await visitAll(viewport, theme, async ({ name }) => {
      const { violations } = await new AxeBuilder({ page: siteOf().page }).analyze();
      const found = violations.map(({ id, nodes }) => `${name}: ${id} ${nodes.map(({ html }) => html).join(' ')}`);
      expect(found).toEqual([]);
    });
  });

  it('fits a phone without scrolling sideways', async () => {
    await visitAll(PHONE, 'light', async ({ name }) => {
      const width = await siteOf().page.evaluate('document.documentElement.scrollWidth');
      expect([name, width]).toEqual([name, PHONE.width]);
    });
  });

  it('can be looked at afterwards where SCREENSHOT_DIR says', async () => {
    if (SCREENSHOT_DIR) mkdirSync(SCREENSHOT_DIR, { recursive: true });
    for (const theme of THEMES) {
      for (const viewport of [DESKTOP, PHONE]) {
        await visitAll(viewport, theme, async ({ name }) => {
          const path = SCREENSHOT_DIR && join(SCREENSHOT_DIR, `${name}-${theme}-${viewport.width}.png`);
          const image = await siteOf().page.screenshot({ path, fullPage: true, animations: 'disabled' });
          expect(image.length).toBeGreaterThan(10_000);
        });
      }
    }
  });
}
