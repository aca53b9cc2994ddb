import { Injectable } from '@nestjs/common';
import { Cohort } from '../database/cohort.js';
import { GroupCommit } from '../database/group-commit.js';
import { AppError } from '../errors.js';
import { runIdOf } from '../http/identifiers.js';
import type { NewMetrics } from './new-metrics.js';
import { type RunRecord, RunRepository } from './run.repository.js';
import { type NewSeries, RunLogRepository, type RunText } from './run-log.repository.js';
import { RUN_NAME_TAG } from './run-name.js';
import { conflictsOf, notActive, ParameterChanged, unknownRun } from './run-refusals.js';
import type { NewPoints } from './series-chunk.js';
import { SeriesMerger } from './series-merger.service.js';

/** The most requests that share a commit. */
const LOG_BATCH = 100;

/** A request with so many points takes longer to make and to store than a commit does. */
const HEAVY_POINTS = 500;

/** How often a run is written to that can not be and, looked at, could be. */
const TRIES = 3;

/** What one request appends to a run: all of it or, where any part is refused, nothing. */
export interface LogEntry {
  /** With hyphens. */
  runId: string;
  metrics: NewMetrics;
  parameters: [key: string, value: string][];
  /** Of a repeated key the last one counts. The key mlflow.runName renames the run. */
  tags: [key: string, value: string][];
}

/**
 * Appends to runs. Requests that arrive together share a commit, one for runs that get parameters or tags and one for the
 * others; a lone request does not wait.
 */
@Injectable()
export class RunLogService {
  readonly #entries: GroupCommit<LogEntry, AppError | undefined>;

  constructor(
    private readonly log: RunLogRepository,
    private readonly runs: RunRepository,
    private readonly merger: SeriesMerger,
    cohort: Cohort,
  ) {
    this.#entries = new GroupCommit((entries) => this.#write(entries), LOG_BATCH, {
      cohort,
      isHeavy: ({ metrics }) => metrics.count >= HEAVY_POINTS,
    });
  }

  /**
   * Resolves once the entry is durable. The same entry twice changes nothing.
   * @throws AppError NOT_FOUND, NOT_ACTIVE, PARAMETER_CHANGED
   */
  async append(entry: LogEntry): Promise<void> {
    const refusal = await this.#entries.add(entry);
    if (refusal) throw refusal;
  }

  /**
   * Writes each entry whole, or nothing of it.
   * @returns for each entry why it was refused, or nothing
   */
  async #write(entries: LogEntry[]): Promise<(AppError | undefined)[]> {
    const withText = new Set(entries.filter(bringsText).map(({ runId }) => runId));
    const refusals = new Map<LogEntry, AppError>();
    await Promise.all([
      this.#writeWithText(
        entries.filter(({ runId }) => withText.has(runId)),
        refusals,
      ),
      this.#writeSeries(
        entries.filter(({ runId }) => !withText.has(runId)),
        refusals,
      ),
    ]);
    return entries.map((entry) => refusals.get(entry));
  }

  /** For entries that bring parameters or tags, and all others for the same runs. */
  async #writeWithText(entries: LogEntry[], refusals: Map<LogEntry, AppError>): Promise<void> {
    const texts = new Map<string, RunText>();
    for (const [runId, ofRun] of Map.groupBy(entries, ({ runId }) => runId)) {
      const text = textOf(runId, ofRun);
      if (text) texts.set(runId, text);
    }
    const taken = await this.#append(
      [...texts.values()],
      entries.filter(({ runId }) => texts.has(runId)),
    );
    // One of a run's entries can not be written. Each alone shows which.
    for (const entry of entries) {
      if (taken.has(entry.runId)) continue;
      const refusal = await this.#writeAlone(entry);
      if (refusal) refusals.set(entry, refusal);
    }
  }

  async #writeAlone(entry: LogEntry): Promise<AppError | undefined> {
    const text = textOf(entry.runId, [entry]);
    for (let tries = 0; tries < TRIES; tries++) {
      if (text && (await this.#append([text], [entry])).has(entry.runId)) return undefined;
      const [run] = await this.runs.byIds([entry.runId]);
      const refusal = refusalOf(entry, run);
      // Without one, what stood in its way has changed meanwhile.
      if (refusal) return refusal;
    }
    // It was deleted whenever it was to be written to, and restored whenever that was looked at.
    return notActive(entry.runId);
  }

  async #append(texts: RunText[], entries: LogEntry[]): Promise<Set<string>> {
    if (texts.length === 0) return new Set();
    const series = seriesOf(entries);
    const taken = await this.log.append(texts, series);
    this.merger.wrote(series.filter(({ runId }) => taken.has(runId)));
    return taken;
  }

  async #writeSeries(entries: LogEntry[], refusals: Map<LogEntry, AppError>): Promise<void> {
    const series = seriesOf(entries);
    const taken = series.length > 0 ? await this.log.appendSeries(series) : new Set<string>();
    this.merger.wrote(series.filter(({ runId }) => taken.has(runId)));
    const doubtful = [...new Set(entries.map(({ runId }) => runId))].filter((id) => !taken.has(id));
    if (doubtful.length === 0) return;
    const lifecycles = await this.runs.lifecycles(doubtful);
    for (const entry of entries) {
      if (taken.has(entry.runId)) continue;
      const lifecycle = lifecycles.get(entry.runId);
      if (lifecycle === undefined) refusals.set(entry, unknownRun(entry.runId));
      else if (lifecycle !== 'active' || entry.metrics.count > 0) refusals.set(entry, notActive(entry.runId));
    }
  }
}

function bringsText({ parameters, tags }: LogEntry): boolean {
  return parameters.length > 0 || tags.length > 0;
}

/** The parameters and tags of all entries for one run; nothing where they give a parameter two values. */
function textOf(runId: string, entries: LogEntry[]): RunText | undefined {
  const text: RunText = { runId, parameters: emptyRecord(), tags: emptyRecord() };
  for (const { parameters, tags } of entries) {
    for (const [key, value] of parameters) {
      if ((text.parameters[key] ?? value) !== value) return undefined;
      text.parameters[key] = value;
    }
    for (const [key, value] of tags) {
      if (key !== RUN_NAME_TAG) text.tags[key] = value;
      // A run keeps its name when it is told an empty one.
      else if (value !== '') text.name = value;
    }
  }
  return text;
}

/** Why a run, as it is, can not take an entry. */
function refusalOf(entry: LogEntry, run: RunRecord | undefined): AppError | undefined {
  if (!run) return unknownRun(entry.runId);
  if (run.lifecycle !== 'active') return notActive(entry.runId);
  const conflicts = conflictsOf(run.parameters, entry.parameters);
  return conflicts.length > 0 ? new ParameterChanged(`run ID='${runIdOf(run.id)}'`, conflicts) : undefined;
}

/** Without a prototype, because clients choose the keys: __proto__ is one like any other. */
function emptyRecord(): Record<string, string> {
  return Object.create(null) as Record<string, string>;
}

/** The points of each (run, key). */
function seriesOf(entries: LogEntry[]): NewSeries[] {
  const all: NewSeries[] = [];
  for (const [runId, ofRun] of Map.groupBy(entries, ({ runId }) => runId)) {
    const pieces = new Map<string, NewPoints[]>();
    for (const { metrics } of ofRun) {
      for (const [key, points] of metrics) {
        const known = pieces.get(key);
        if (known) known.push(points);
        else pieces.set(key, [points]);
      }
    }
    for (const [key, ofKey] of pieces) all.push({ runId, key, points: joined(ofKey) });
  }
  return all;
}

/** A copy, because an entry may be written again, alone. */
function joined(pieces: NewPoints[]): NewPoints {
  if (pieces.length === 1) return pieces[0];
  const column = (name: keyof NewPoints) => ([] as number[]).concat(...pieces.map((points) => points[name]));
  return { steps: column('steps'), timestamps: column('timestamps'), values: column('values') };
}
