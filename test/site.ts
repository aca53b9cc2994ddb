import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { startBrowser, type TestBrowser } from './browser.js';
import { startServer, type TestServer } from './server.js';

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 360, height: 740 };

const PATIENCE_MS = 20_000;

/** One with a small penalty, one with a large one, and one whose result carries warnings. */
const INPUTS = [{ alpha: 0.01, l1_ratio: 0.9 }, { alpha: 0.1, l1_ratio: 0.25 }, { alpha: 0 }];

interface TaskAnswer {
  task_id: string;
  status: string;
  warnings: string[];
}

/** A server with some finished tasks, and a browser that looks at it. */
export class Site {
  /** What the browser complained of since the last visit: exceptions, console errors and broken content policies. */
  complaints: string[] = [];
  #context?: BrowserContext;
  #page?: Page;

  private constructor(
    private readonly server: TestServer,
    private readonly chromium: TestBrowser,
  ) {}

  static async start(): Promise<Site> {
    const server = await startServer();
    try {
      const site = new Site(server, await startBrowser());
      for (const input of INPUTS) await site.finishedTask(input);
      return site;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.server.stop(), this.chromium.stop()]);
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
  async allPages(): Promise<{ name: string; path: string; ready: Locator }[]> {
    const { tasks } = await this.answerOf<{ tasks: TaskAnswer[] }>('/api/v1/tasks?limit=200');
    const warned = tasks.find(({ warnings }) => warnings.length > 0);
    return [
      { name: 'tasks', path: '/?start=wine-quality', ready: this.rowOf('SUCCESS').first() },
      { name: 'results', path: '/results?sort=metrics.rmse&order=asc', ready: this.page.getByText('best').first() },
      {
        name: 'run',
        path: `/runs/${warned?.task_id}`,
        ready: this.page.getByRole('heading', { name: 'Coefficients' }),
      },
    ];
  }

  async answerOf<Body>(path: string, init?: RequestInit): Promise<Body> {
    const response = await fetch(this.url + path, init);
    return (await response.json()) as Body;
  }

  /** Runs a task as a program would. */
  async finishedTask(input: Record<string, unknown>): Promise<void> {
    const { task_id } = await this.answerOf<TaskAnswer>('/experiment/wine-quality/', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(input),
    });
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(50)) {
      const { status } = await this.answerOf<TaskAnswer>(`/task/${task_id}`);
      if (status === 'SUCCESS') return;
    }
    throw new Error(`Task ${task_id} did not end`);
  }
}
