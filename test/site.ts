import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { ApiClient, type TaskAnswer } from './api-client.js';
import { startBrowser, type TestBrowser } from './browser.js';
import { CellarProcess, temporaryFolder } from './cellar-process.js';

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 360, height: 740 };

/** What the browser says of an answer with an error status. It is expected where a test provokes one. */
export const REFUSED = /Failed to load resource: the server responded with a status of 4\d\d/;

const START_MS = 120_000;

/** One with a small penalty, one with a large one, and one whose result carries warnings. */
const INPUTS = [{ alpha: 0.01, l1_ratio: 0.9 }, { alpha: 0.1, l1_ratio: 0.25 }, { alpha: 0 }];

/** A page, and what tells that it is all there. */
export interface ReadyPage {
  name: string;
  path: string;
  ready: Locator;
}

export interface Logged {
  parameters?: Record<string, string>;
  tags?: Record<string, string>;
  /** Each name with its values, a step each. */
  metrics?: Record<string, (number | 'NaN')[]>;
  status?: 'RUNNING' | 'FINISHED';
}

/** A server with some finished tasks, and a browser that looks at it. */
export class Site {
  /** What the browser complained of since the last visit: exceptions, console errors and broken content policies. */
  complaints: string[] = [];
  #context?: BrowserContext;
  #page?: Page;

  private constructor(
    private readonly folder: Awaited<ReturnType<typeof temporaryFolder>>,
    private readonly server: CellarProcess,
    private readonly chromium: TestBrowser,
    readonly api: ApiClient,
  ) {}

  static async start(): Promise<Site> {
    const folder = await temporaryFolder();
    const server = await CellarProcess.start('main', { DATA_DIR: folder.path });
    try {
      const site = new Site(folder, server, await startBrowser(), new ApiClient(server.url));
      for (const input of INPUTS) await site.finishedTask(input);
      return site;
    } catch (error) {
      await server.stop();
      await folder.remove();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.server.stop(), this.chromium.stop()]);
    await this.folder.remove();
  }

  get url(): string {
    return this.server.url;
  }

  get page(): Page {
    if (!this.#page) throw new Error('Nobody visits yet');
    return this.#page;
  }

  /** Opens the browser as somebody who was never here. */
  async visit(viewport: { width: number; height: number }, colorScheme: 'light' | 'dark' = 'light'): Promise<void> {
    await this.#context?.close();
    this.#context = await this.chromium.browser.newContext({
      viewport,
      colorScheme,
      baseURL: this.url,
      locale: 'en-GB',
    });
    this.#page = await this.#context.newPage();
    this.complaints = [];
    this.#page.on('pageerror', (error) => this.complaints.push(String(error)));
    this.#page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
  }

  /** For complaints that a test provokes. */
  forgive(expected: RegExp): void {
    this.complaints = this.complaints.filter((complaint) => !expected.test(complaint));
  }

  async allowClipboard(): Promise<void> {
    await this.#context?.grantPermissions(['clipboard-read', 'clipboard-write']);
  }

  rowOf(text: string): Locator {
    return this.page.getByRole('row').filter({ hasText: text });
  }

  /** Every page with something to see on it, and what tells that it is all there. */
  async allPages(): Promise<ReadyPage[]> {
    const { body } = await this.api.get<{ tasks: TaskAnswer[] }>('/api/v1/tasks?limit=200');
    const warned = body.tasks.find(({ warnings }) => warnings.length > 0);
    return [
      { name: 'tasks', path: '/?start=wine-quality', ready: this.rowOf('SUCCESS').first() },
      {
        name: 'results',
        path: '/results?sort=metrics.rmse&order=asc',
        ready: this.page.getByRole('row').getByText('best').first(),
      },
      {
        name: 'run',
        path: `/runs/${warned?.task_id}`,
        ready: this.page.getByRole('heading', { name: 'Coefficients' }),
      },
    ];
  }

  /** Runs a task as a program would. */
  async finishedTask(input: Record<string, unknown>): Promise<void> {
    await this.api.ended(await this.api.submit(input));
  }

  /**
   * Logs a run as a client would.
   * @returns its id
   */
  async loggedRun(experiment: string, name: string, logged: Logged = {}): Promise<string> {
    const { metrics = {}, status = 'FINISHED', ...rest } = logged;
    await this.api.post('/api/v1/experiments', { name: experiment });
    const { body } = await this.api.post<{ run_id: string }>('/api/v1/runs', { experiment, name, ...rest });
    const points = Object.entries(metrics).flatMap(([key, values]) =>
      values.map((value, step) => ({ key, value, step, timestamp: step })),
    );
    const { status: answered } = await this.api.post(`/api/v1/runs/${body.run_id}/log`, { metrics: points });
    if (answered >= 400) throw new Error(`the points of ${name} were refused with ${answered}`);
    await this.api.post('/api/2.0/mlflow/runs/update', { run_id: body.run_id, status });
    return body.run_id;
  }
}

/**
 * Gives the tests of a file a site. Each of them begins at a desk, as somebody who was never here, and fails where the browser
 * complained of what it did not forgive.
 * @param started keeps the site, and logs what all tests look at
 */
export function withSite(started: (site: Site) => unknown): void {
  let site: Site | undefined;

  beforeAll(async () => {
    site = await Site.start();
    await started(site);
  }, START_MS);

  afterAll(() => site?.stop());

  beforeEach(() => site?.visit(DESKTOP));

  afterEach(() => {
    expect(site?.complaints).toEqual([]);
  });
}
