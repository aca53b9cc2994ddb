import { Injectable } from '@nestjs/common';
import { AppError } from '../errors.js';
import { runIdOf } from '../http/identifiers.js';
import { csvRow } from './csv.js';
import { type Key, KeyRepository } from './key.repository.js';
import { type ParquetColumn, parquetFile } from './parquet-export.js';
import { type RunRecord, RunRepository } from './run.repository.js';
import { isoOf, toRunSummary } from './run.schema.js';
import { RunService } from './run.service.js';
import type { EXPORT_FORMATS } from './run-export.schema.js';
import type { KeyKind } from './run-index.entity.js';
import { runPieces } from './run-pieces.js';
import type { RunQuery } from './run-search.schema.js';
import { RunSearchService, type UnderstoodSearch } from './run-search.service.js';

/** Ids that are found at a time. */
const PAGE = 1_000;
/** A table has no more columns of keys: what opens one takes about as many. */
const MOST_COLUMNS = 5_000;

type Cell = string | number | null;
interface Column extends ParquetColumn {
  cellOf: (run: ExportedRun) => Cell;
}
/** A run whose values are found by their keys, since a wide table looks for thousands. */
type ExportedRun = Omit<RunRecord, 'metrics'> & { metrics: Map<string, Cell> };

/** Writes all runs of a search into one file, as they are read. */
@Injectable()
export class RunExportService {
  constructor(
    private readonly searches: RunSearchService,
    private readonly service: RunService,
    private readonly runs: RunRepository,
    private readonly keys: KeyRepository,
  ) {}

  /**
   * @returns the file, piece by piece
   * @throws AppError before the first piece: NOT_FOUND; INVALID_INPUT for a faulty search, and for a table of too many columns
   */
  async file(query: RunQuery, format: (typeof EXPORT_FORMATS)[number], baseUrl: string) {
    const search = await this.searches.understood(query);
    const pages = this.searches.pages(search, PAGE);
    // The first page is read before the answer begins, so that a search that fails is still an error.
    const first = await pages.next();
    const all = (async function* () {
      if (!first.done) yield first.value;
      yield* pages;
    })();
    if (format === 'jsonl') return this.#lines(all, baseUrl);
    const columns = await this.#columnsOf(search);
    const groups = this.#rows(all, columns);
    return format === 'csv' ? csvTable(columns, groups) : parquetFile(columns, groups);
  }

  #records(pages: AsyncIterable<string[]>) {
    return runPieces(pages, async (ids) => ({ runs: await this.service.list(ids) }));
  }

  async *#lines(pages: AsyncIterable<string[]>, baseUrl: string): AsyncGenerator<string> {
    for await (const { runs } of this.#records(pages)) {
      const tasks = await this.runs.tasksAmong(runs.map(({ id }) => id));
      yield runs.map((run) => `${JSON.stringify(toRunSummary(run, tasks.has(run.id), baseUrl))}\n`).join('');
    }
  }

  async *#rows(pages: AsyncIterable<string[]>, columns: Column[]): AsyncGenerator<Cell[][]> {
    for await (const { runs } of this.#records(pages)) {
      yield runs.map(({ metrics, ...run }) => {
        const exported = { ...run, metrics: new Map(metrics.map(([key, value]) => [key, value])) };
        return columns.map(({ cellOf }) => cellOf(exported));
      });
    }
  }

  /** The keys of all runs of a search, by name; as soon as they are too many, these. */
  async #keysOf(search: UnderstoodSearch): Promise<Key[]> {
    const found = new Map<string, Key>();
    for await (const { runs } of this.#records(this.searches.pages(search, PAGE))) {
      for (const { parameters, metrics, tags } of runs) {
        for (const key of Object.keys(parameters)) found.set(`parameter ${key}`, { kind: 'parameter', key });
        for (const [key] of metrics) found.set(`metric ${key}`, { kind: 'metric', key });
        for (const key of Object.keys(tags)) found.set(`tag ${key}`, { kind: 'tag', key });
      }
      if (found.size > MOST_COLUMNS) break;
    }
    return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Of all keys of the experiments, because these are known; where they are too many, of those of the runs that are found. */
  async #columnsOf(search: UnderstoodSearch): Promise<Column[]> {
    let keys = await this.keys.ofExperiments(search.experimentIds, MOST_COLUMNS + 1);
    if (keys.length > MOST_COLUMNS) keys = await this.#keysOf(search);
    if (keys.length > MOST_COLUMNS) {
      throw new AppError('INVALID_INPUT', 'The runs have too many keys for a table.', {
        details: [
          {
            field: 'format',
            reason: `makes more than ${MOST_COLUMNS} columns`,
            allowed: 'jsonl, which has no columns, or a search that finds fewer runs',
          },
        ],
      });
    }
    const named = (kind: KeyKind, cellsOf: (key: string) => Column['cellOf'], prefix: string) =>
      keys
        .filter((one) => one.kind === kind)
        .map(
          ({ key }): Column => ({
            name: `${prefix}.${key}`,
            type: kind === 'metric' ? 'number' : 'text',
            cellOf: cellsOf(key),
          }),
        );
    return [
      ...FIELDS,
      ...named('parameter', (key) => (run) => own(run.parameters, key), 'params'),
      ...named('metric', (key) => (run) => run.metrics.get(key) ?? null, 'metrics'),
      ...named('tag', (key) => (run) => own(run.tags, key), 'tags'),
    ];
  }
}

async function* csvTable(columns: Column[], groups: AsyncIterable<Cell[][]>): AsyncGenerator<string> {
  yield csvRow(columns.map(({ name }) => name));
  for await (const rows of groups) for (const row of rows) yield csvRow(row);
}

const FIELDS: Column[] = [
  { name: 'run_id', type: 'text', cellOf: ({ id }) => runIdOf(id) },
  { name: 'experiment', type: 'text', cellOf: ({ experimentName }) => experimentName },
  { name: 'name', type: 'text', cellOf: ({ name }) => name },
  { name: 'status', type: 'text', cellOf: ({ status }) => status },
  { name: 'user', type: 'text', cellOf: ({ userName }) => userName },
  { name: 'start_time', type: 'time', cellOf: ({ startTime }) => isoOf(startTime) },
  { name: 'end_time', type: 'time', cellOf: ({ endTime }) => isoOf(endTime) },
  { name: 'lifecycle', type: 'text', cellOf: ({ lifecycle }) => lifecycle },
];

function own(record: Record<string, string>, key: string): string | null {
  return Object.hasOwn(record, key) ? record[key] : null;
}
