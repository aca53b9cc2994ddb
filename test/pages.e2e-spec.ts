import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { itLooksRight } from './page-looks.js';
import { REFUSED, type Site, withSite } from './site.js';

let site: Site;

withSite((started) => {
  site = started;
});

describe('the task list', () => {
  it('starts a task from the form, shows it finishing without a reload, and leads to its run by way of the results', async () => {
    await site.page.goto('/');
    await site.page.evaluate('window.loadedOnce = true');
    await site.page.getByLabel('alpha').fill('0.0123');
    await site.page.getByLabel('l1_ratio').fill('0.77');
    await site.page.getByRole('button', { name: 'Start task' }).click();
    await site.rowOf('0.0123').getByText('SUCCESS').waitFor();
    await site.rowOf('0.0123').getByText('rmse').waitFor();
    expect(await site.page.evaluate('window.loadedOnce')).toBe(true);
    const name = (await site.rowOf('0.0123').getByRole('link').textContent()) ?? '';

    await site.page.getByRole('link', { name: 'Results' }).click();
    await site.page.getByRole('link', { name }).click();
    await site.page.getByRole('heading', { name, level: 1 }).waitFor();
    await site.page.getByRole('heading', { name: 'Coefficients' }).waitFor();
    expect(await site.page.title()).toBe(`${name} · Cellar`);
    expect(new URL(site.page.url()).pathname).toMatch(/^\/runs\/[0-9a-f-]{36}$/);

    await site.page.getByRole('link', { name: 'Start again with these parameters' }).click();
    expect(await site.page.getByLabel('alpha').inputValue()).toBe('0.0123');
    expect(await site.page.getByLabel('l1_ratio').inputValue()).toBe('0.77');
  });

  it('says at the field what is wrong with it and sends nothing', async () => {
    let sent = 0;
    site.page.on('request', (request) => {
      if (request.method() === 'POST') sent++;
    });
    await site.page.goto('/');
    await site.page.getByLabel('alpha').fill('much');
    await site.page.getByLabel('l1_ratio').fill('1.5');
    await site.page.getByRole('button', { name: 'Start task' }).click();
    await site.page.getByText('alpha is not a number: give a number from 0 to 1,000,000,000').waitFor();
    await site.page.getByText('l1_ratio is above 1: give a number from 0 to 1').waitFor();
    expect(await site.page.getByLabel('alpha').getAttribute('aria-invalid')).toBe('true');
    expect(await site.page.locator(':focus').getAttribute('name')).toBe('alpha');
    expect(sent).toBe(0);
  });

  it('shows what the server refuses at the field that it names', async () => {
    // As if the schema of the page were older than that of the server.
    await site.page.route('**/experiment/wine-quality', async (route) => {
      if (route.request().method() === 'GET') await route.fallback();
      else await route.continue({ postData: JSON.stringify({ alpha: -1, l1_ratio: 0.5 }) });
    });
    await site.page.goto('/');
    await site.page.getByRole('button', { name: 'Start task' }).click();
    await site.page.getByText('alpha is below 0: give a number from 0 to 1000000000').waitFor();
    site.forgive(REFUSED);
  });

  it('copies the command that does the same', async () => {
    await site.page.goto('/');
    await site.page.getByLabel('alpha').fill('0.33');
    await site.allowClipboard();
    await site.page.getByRole('button', { name: 'Copy the curl command' }).click();
    await site.page.getByText('Copied', { exact: true }).waitFor();
    expect(await site.page.evaluate('navigator.clipboard.readText()')).toBe(
      `curl ${site.url}/experiment/wine-quality/ \\\n  -H content-type:application/json \\\n  -d '{"alpha":0.33,"l1_ratio":0.5}'`,
    );
  });

  it('is filtered by state, and the address keeps the filter', async () => {
    await site.page.goto('/');
    await site.rowOf('SUCCESS').first().waitFor();
    await site.page.getByRole('link', { name: /^FAILURE/ }).click();
    await site.page.getByText('No task is FAILURE').waitFor();
    expect(new URL(site.page.url()).searchParams.get('state')).toBe('FAILURE');
    await site.page.reload();
    await site.page.getByText('No task is FAILURE').waitFor();
  });

  it('shows older tasks when asked', async () => {
    await Promise.all(Array.from({ length: 60 }, (_, i) => site.finishedTask({ alpha: 1 + i })));
    await site.page.goto('/');
    await site.page.getByText('The first 50 tasks; there are more.').waitFor();
    await site.page.getByRole('button', { name: 'Load more' }).click();
    await site.page.getByText(/^\d+ tasks, that is all\.$/).waitFor();
    expect(await site.rowOf('SUCCESS').count()).toBeGreaterThan(60);
  });

  it('can be used without a mouse', async () => {
    await site.page.goto('/');
    await site.page.getByLabel('alpha').waitFor();
    await site.page.keyboard.press('Tab');
    expect(await site.page.locator(':focus').textContent()).toBe('Skip to content');
    await site.page.keyboard.press('Enter');
    for (let steps = 0; (await site.page.locator(':focus').getAttribute('name')) !== 'alpha'; steps++) {
      expect(steps).toBeLessThan(10);
      await site.page.keyboard.press('Tab');
    }
    await site.page.keyboard.press('ControlOrMeta+a');
    await site.page.keyboard.type('0.0456');
    await site.page.keyboard.press('Enter');
    await site.rowOf('0.0456').getByText('SUCCESS').waitFor();
    await site.page
      .getByRole('status')
      .getByText(/^Task wine-quality-\S+: SUCCESS$/)
      .waitFor({ state: 'attached' });
  });

  it('tells what failed and how to ask again when the server does not answer', async () => {
    await site.page.route('**/api/v1/tasks*', (route) => route.abort());
    await site.page.goto('/');
    const card = site.page.getByRole('alert');
    await card.getByText('The tasks could not be loaded').waitFor();
    await card.getByText(`curl '${site.url}/api/v1/tasks?limit=50'`).waitFor();
    await site.page.unroute('**/api/v1/tasks*');
    await card.getByRole('button', { name: 'Try again' }).click();
    await site.rowOf('SUCCESS').first().waitFor();
    site.forgive(/net::ERR_FAILED/);
  });
});

describe('the results', () => {
  it('are sorted by a click on a column, both ways, and the address keeps it', async () => {
    await site.page.goto('/results');
    const head = site.page.getByRole('columnheader', { name: 'rmse' });
    const values = async () => {
      const cells = await site.page.locator('tbody td:nth-child(4) > span:last-child').all();
      return Promise.all(cells.map(async (cell) => Number(await cell.getAttribute('title'))));
    };
    await head.getByRole('link').click();
    await site.page.locator('th[aria-sort=ascending]', { hasText: 'rmse' }).waitFor();
    const ascending = await values();
    expect(ascending.length).toBeGreaterThan(2);
    expect(ascending).toEqual(ascending.toSorted((a, b) => a - b));
    await head.getByRole('link').press('Enter');
    await site.page.locator('th[aria-sort=descending]', { hasText: 'rmse' }).waitFor();
    await site.page.reload();
    await site.page.locator('th[aria-sort=descending]', { hasText: 'rmse' }).waitFor();
    expect((await values())[0]).toBe(ascending.at(-1));
  });

  it('mark the best by each metric in words', async () => {
    await site.page.goto('/results?sort=metrics.rmse&order=asc');
    await site.page.getByRole('row').nth(1).getByText('best').first().waitFor();
    const { body } = await site.api.get<{ results: { name: string }[] }>(
      '/experiment/wine-quality/results?sort=metrics.r2&order=desc&limit=1',
    );
    await site.rowOf(body.results[0].name).getByTitle('No finished run has a better r2').waitFor();
  });
});

describe('a run', () => {
  it('that does not exist is told with the request id', async () => {
    await site.page.goto('/runs/00000000-0000-7000-8000-000000000000');
    const card = site.page.getByRole('alert');
    await card.getByText('This run could not be loaded').waitFor();
    await card.getByText(/NOT_FOUND · request [\w-]+/).waitFor();
    site.forgive(REFUSED);
  });
});

describe('an address where nothing is', () => {
  it('says so in words and leads to what there is', async () => {
    const answer = await site.page.goto('/result');
    expect(answer?.status()).toBe(404);
    await site.page.getByRole('heading', { name: 'There is no such page', level: 1 }).waitFor();
    await site.page.getByRole('main').getByRole('link', { name: 'results' }).click();
    await site.page.getByRole('heading', { name: 'Results', level: 1 }).waitFor();
    site.forgive(REFUSED);
  });

  itLooksRight(
    () => site,
    () => [
      {
        name: 'no-such-page',
        path: '/runs/',
        ready: site.page.getByRole('heading', { name: 'There is no such page' }),
      },
    ],
    REFUSED,
  );
});

describe('the theme', () => {
  it('that was chosen stands before the first paint of the next visit', async () => {
    await site.page.goto('/');
    await site.page.getByRole('button', { name: /^Theme: system/ }).click();
    await site.page.getByRole('button', { name: /^Theme: light/ }).click();
    expect(await site.page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
    // Without the pages' own script, only what runs before the first paint is left.
    await site.page.route('**/assets/index-*.js', (route) =>
      route.fulfill({ body: '', contentType: 'text/javascript' }),
    );
    await site.page.reload();
    expect(await site.page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('dark');
  });
});

describe('every page', () => {
  itLooksRight(
    () => site,
    () => site.allPages(),
  );
});

describe('the server', () => {
  it('tells programs in JSON where nothing is, and keeps the built files for a year', async () => {
    const html = await (await fetch(site.url)).text();
    const script = /src="(\/assets\/index-[^"]+\.js)"/.exec(html)?.[1];
    const answer = async (path: string, init?: RequestInit) => {
      const { status, headers } = await fetch(site.url + path, init);
      return [status, headers.get('content-type')?.split(';')[0], headers.get('cache-control')];
    };
    expect(await answer('/results')).toEqual([200, 'text/html', 'no-cache']);
    expect(await answer('/runs/abc', { method: 'HEAD' })).toEqual([200, 'text/html', 'no-cache']);
    expect(await answer(`${script}`)).toEqual([200, 'application/javascript', 'public, max-age=31536000, immutable']);
    const unknown = ['/nothing', '/runs', '/runs/a/b', '/index.html'];
    const browser = { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } };
    for (const path of unknown) {
      expect([path, ...(await answer(path))]).toEqual([path, 404, 'application/json', null]);
      expect([path, ...(await answer(path, browser))]).toEqual([path, 404, 'text/html', 'no-cache']);
    }
    for (const path of ['/assets/nothing.js', '/api/v1/nothing', '/ajax-api/2.0/mlflow/nothing']) {
      expect([path, ...(await answer(path, browser))]).toEqual([path, 404, 'application/json', null]);
    }
    expect(await answer('/results', { method: 'DELETE' })).toEqual([405, 'application/json', null]);
  });

  it('sends scripts and styles compressed, all of them under 200 kB', async () => {
    const html = await (await fetch(site.url)).text();
    let bytes = 0;
    for (const [, path] of html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) {
      const response = await fetch(site.url + path, { headers: { 'accept-encoding': 'gzip' } });
      if (/\.(js|css)$/.test(path) && !path.includes('theme-first')) {
        expect([path, response.headers.get('content-encoding')]).toEqual([path, 'gzip']);
      }
      // fetch unpacks; what came over the wire is counted by packing again as the server does.
      bytes += gzipSync(Buffer.from(await response.arrayBuffer())).length;
    }
    expect(bytes).toBeLessThan(200_000);
  });
});
