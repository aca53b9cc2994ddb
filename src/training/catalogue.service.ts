import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { ExperimentRepository } from '../experiments/experiment.repository.js';
import { KeptExperiments } from '../experiments/kept-experiments.js';
import { decodeCursor, encodeCursor } from '../http/paging.js';
import { taskUrl } from '../tasks/task.schema.js';
import { TaskService } from '../tasks/task.service.js';
import { CATALOGUE } from './catalogue/catalogue.js';
import type { CatalogueEntry } from './catalogue/catalogue-entry.js';
import { ResultRepository } from './result.repository.js';
import type { CatalogueExperimentView, CatalogueItem, ResultPage, ResultsQuery } from './training.schema.js';

const ResultCursor = z.tuple([z.string(), z.string()], z.string().nullable());

/** Experiments that Cellar can run: what they are, starting tasks of them, and what came out. */
@Injectable()
export class CatalogueService implements OnModuleInit {
  /** Of each catalogue experiment, by name. */
  #experimentIds = new Map<string, number>();

  constructor(
    private readonly experiments: ExperimentRepository,
    private readonly tasks: TaskService,
    private readonly results: ResultRepository,
    private readonly kept: KeptExperiments,
  ) {}

  async onModuleInit(): Promise<void> {
    this.#experimentIds = await this.experiments.ensure(
      [...CATALOGUE.values()].map(({ name, description }) => ({ name, description })),
    );
    this.kept.keep(this.#experimentIds.values());
  }

  list(baseUrl: string): z.infer<typeof CatalogueItem>[] {
    return [...CATALOGUE.values()].map((entry) => itemOf(entry, baseUrl));
  }

  describe(entry: CatalogueEntry, baseUrl: string): z.infer<typeof CatalogueExperimentView> {
    const { $schema: _, ...parameters } = z.toJSONSchema(entry.parameters, { io: 'input' });
    return {
      ...itemOf(entry, baseUrl),
      results: `${baseUrl}/experiment/${entry.name}/results`,
      dataset: {
        name: entry.dataset.name,
        rows: entry.dataset.rows,
        features: entry.dataset.columns.filter((column) => column !== entry.dataset.target),
        target: entry.dataset.target,
      },
      parameters,
      defaults: entry.parameters.parse({}),
      metrics: [...entry.metrics],
      example: entry.examples[0],
    };
  }

  /** @returns the new task, or the one that the same Idempotency-Key started before */
  async submit(entry: CatalogueEntry, input: Record<string, unknown>, baseUrl: string, idempotencyKey?: string) {
    const experimentId = this.#experimentIds.get(entry.name);
    if (experimentId === undefined) throw new Error(`${entry.name} was not registered at start`);
    const id = await this.tasks.submit(
      { catalogue: entry.name, experimentId, input },
      idempotencyKey === undefined ? undefined : { route: `POST /experiment/${entry.name}`, key: idempotencyKey },
    );
    return { task_id: id, task: taskUrl(baseUrl, entry.name, id) };
  }

  async resultPage(entry: CatalogueEntry, query: ResultsQuery, baseUrl: string): Promise<z.infer<typeof ResultPage>> {
    const { sort, order, limit } = query;
    const [, , ...after] =
      decodeCursor(
        query.cursor,
        ResultCursor.refine(([by, way]) => by === sort && way === order),
      ) ?? [];
    const { rows, next } = await this.results.page(
      entry.name,
      { ...sortOf(entry, sort), direction: order },
      limit,
      query.cursor === undefined ? undefined : after,
    );
    const parameters = Object.keys(entry.parameters.shape);
    return {
      results: rows.map((row) => ({
        task_id: row.id,
        name: row.name,
        parameters: pick(row.result, parameters),
        metrics: pick(
          row.result,
          entry.metrics.map(({ name }) => name),
        ),
        done_at: row.done_at.toISOString(),
        run_seconds: row.run_ms === null ? null : row.run_ms / 1000,
        url: taskUrl(baseUrl, entry.name, row.id),
      })),
      next_cursor: next ? encodeCursor([sort, order, ...next]) : null,
    };
  }
}

function itemOf({ name, description }: CatalogueEntry, baseUrl: string): z.infer<typeof CatalogueItem> {
  const url = `${baseUrl}/experiment/${name}/`;
  return { name, description, url, tasks: `${url}tasks/` };
}

/** @param sort one of `sortKeysOf(entry)` */
function sortOf(entry: CatalogueEntry, sort: string): { key?: string; numeric: boolean } {
  const [group, key] = sort.split('.');
  if (key === undefined) return { numeric: true };
  const schema = z.toJSONSchema(entry.parameters, { io: 'input' }).properties?.[key];
  const type = group === 'metrics' ? 'number' : typeof schema === 'object' && schema.type;
  return { key, numeric: type === 'number' || type === 'integer' };
}

function pick(from: Record<string, unknown>, keys: string[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, from[key]]));
}
