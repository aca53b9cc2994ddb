import { Injectable } from '@nestjs/common';
import { GroupCommit } from '../database/group-commit.js';
import { AppError } from '../errors.js';
import { runIdOf } from '../http/identifiers.js';
import { RunRepository } from './run.repository.js';
import { type LockedRun, type NewSeries, RunLogRepository, type RunText } from './run-log.repository.js';
import { RUN_NAME_TAG } from './run-name.js';
import { notActive, parameterChanged, unknownRun } from './run-refusals.js';
import type { Point } from './series-chunk.js';
import { SeriesMerger } from './series-merger.service.js';

/** The most requests that share a commit. */
const LOG_BATCH = 100;

/** What one request appends to a run: all of it or, where any part is refused, nothing. */
export interface LogEntry {
  /** With hyphens. */
  runId: string;
  metrics: (Point & { key: string })[];
  parameters: [key: string, value: string][];
  /** Of a repeated key the last one counts. The key mlflow.runName renames the run. */
  tags: [key: string, value: string][];
}

/** Appends to runs. Requests that arrive together share a commit; a lone one does not wait. */
@Injectable()
export class RunLogService {
  readonly #entries = new GroupCommit<LogEntry, AppError | undefined>((entries) => this.#write(entries), LOG_BATCH);

  constructor(
    private readonly log: RunLogRepository,
    private readonly runs: RunRepository,
    private readonly merger: SeriesMerger,
  ) {}

  /**
   * Resolves once the entry is durable. The same entry twice changes nothing.
   * @throws AppError NOT_FOUND, RUN_NOT_ACTIVE, PARAMETER_CHANGED
   */
  async append(entry: LogEntry): Promise<void> {
    const refusal = await this.#entries.add(entry);
    if (refusal) throw refusal;
  }

  /** @returns for each entry why it was refused, or nothing */
  async #write(entries: LogEntry[]): Promise<(AppError | undefined)[]> {
    const withText = entries.filter(({ parameters, tags }) => parameters.length > 0 || tags.length > 0);
    if (withText.length === 0) return this.#writeSeries(entries);
    const ids = [...new Set(entries.map(({ runId }) => runId))];
    let series: NewSeries[] = [];
    const refused = await this.log.transaction(async (query) => {
      const locked = await this.log.lock(query, ids);
      const texts = new Map<string, RunText>();
      const refusals = entries.map((entry) => merge(entry, locked.get(entry.runId), texts));
      const accepted = entries.filter((_, i) => refusals[i] === undefined);
      const changed = [...texts.values()].filter(hasContent);
      if (changed.length > 0) await this.log.addText(changed, query);
      series = seriesOf(accepted);
      if (series.length > 0) await this.log.appendSeries(series, query);
      return refusals;
    });
    this.merger.wrote(series);
    return refused;
  }

  async #writeSeries(entries: LogEntry[]): Promise<(AppError | undefined)[]> {
    const series = seriesOf(entries);
    const taken = series.length > 0 ? await this.log.appendSeries(series) : new Set<string>();
    this.merger.wrote(series.filter(({ runId }) => taken.has(runId)));
    const doubtful = [...new Set(entries.map(({ runId }) => runId))].filter((id) => !taken.has(id));
    if (doubtful.length === 0) return entries.map(() => undefined);
    const lifecycles = await this.runs.lifecycles(doubtful);
    return entries.map(({ runId, metrics }) => {
      if (taken.has(runId)) return undefined;
      const lifecycle = lifecycles.get(runId);
      if (lifecycle === undefined) return unknownRun(runId);
      return lifecycle === 'active' && metrics.length === 0 ? undefined : notActive(runId);
    });
  }
}

/** Adds to `texts` what an entry brings, unless it is refused. Entries of one batch see what those before them brought. */
function merge(entry: LogEntry, run: LockedRun | undefined, texts: Map<string, RunText>): AppError | undefined {
  if (!run) return unknownRun(entry.runId);
  if (run.lifecycle !== 'active') return notActive(entry.runId);
  const text = texts.get(run.id) ?? { runId: run.id, parameters: emptyRecord(), tags: emptyRecord() };
  const added = emptyRecord();
  for (const [key, value] of entry.parameters) {
    const known = own(run.parameters, key) ?? own(text.parameters, key) ?? own(added, key);
    if (known === undefined) added[key] = value;
    else if (known !== value) return parameterChanged(`run ID='${runIdOf(run.id)}'`, key, known, value);
  }
  texts.set(run.id, text);
  Object.assign(text.parameters, added);
  for (const [key, value] of entry.tags) {
    if (key === RUN_NAME_TAG) text.name = value;
    else text.tags[key] = value;
  }
  return undefined;
}

function hasContent({ parameters, tags, name }: RunText): boolean {
  return name !== undefined || Object.keys(parameters).length > 0 || Object.keys(tags).length > 0;
}

/** Without a prototype, because clients choose the keys: __proto__ is one like any other. */
function emptyRecord(): Record<string, string> {
  return Object.create(null) as Record<string, string>;
}

function own(record: Record<string, string>, key: string): string | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** The points of each (run, key), in the order in which they are first named. */
function seriesOf(entries: LogEntry[]): NewSeries[] {
  const all: NewSeries[] = [];
  const runs = new Map<string, Map<string, NewSeries>>();
  for (const { runId, metrics } of entries) {
    let series = runs.get(runId);
    if (!series) {
      series = new Map();
      runs.set(runId, series);
    }
    for (const metric of metrics) {
      let one = series.get(metric.key);
      if (!one) {
        one = { runId, key: metric.key, points: [] };
        series.set(metric.key, one);
        all.push(one);
      }
      one.points.push(metric);
    }
  }
  return all;
}
