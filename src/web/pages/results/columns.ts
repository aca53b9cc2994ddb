import type { Experiment, Metric, RunSummary } from '../../api/client';

/** A column of the results: a parameter or a metric that runs of the experiment have. */
export interface Column {
  kind: 'parameter' | 'metric';
  name: string;
  /** What a list is sorted by for it. */
  sort: string;
  about?: string;
  /** What a first click on it shows on top. */
  firstOrder: 'asc' | 'desc';
  /** Of the catalogue; absent where a client chose the name. */
  metric?: Metric;
}

/** How many of each kind are shown until somebody chooses others. */
const SHOWN_AT_FIRST = 8;

/** The keys in use, those that the catalogue knows first and in its order. */
export function columnsOf(parameters: string[], metrics: string[], entry: Experiment | undefined): Column[] {
  const declared = Object.keys((entry?.parameters.properties ?? {}) as Record<string, unknown>);
  const measured = entry?.metrics ?? [];
  const metricNames = measured.map(({ name }) => name);
  return [
    ...withFirst(declared, parameters).map(
      (name): Column => ({ kind: 'parameter', name, sort: `parameters.${name}`, firstOrder: 'asc' }),
    ),
    ...withFirst(metricNames, metrics).map((name): Column => {
      const metric = measured.find((known) => known.name === name);
      return {
        kind: 'metric',
        name,
        sort: `metrics.${name}`,
        about: metric && `${metric.description}; ${metric.better} is better`,
        firstOrder: metric?.better === 'higher' ? 'desc' : 'asc',
        metric,
      };
    }),
  ];
}

export function shownAtFirst(columns: Column[]): Column[] {
  const kinds = ['parameter', 'metric'];
  return kinds.flatMap((kind) => columns.filter((column) => column.kind === kind).slice(0, SHOWN_AT_FIRST));
}

/** What a run has in a column: a text of a parameter, a number or `NaN` of a metric. */
export function valueIn({ kind, name }: Column, run: RunSummary): unknown {
  return kind === 'parameter' ? run.parameters[name] : run.metrics[name]?.value;
}

function withFirst(first: string[], rest: string[]): string[] {
  return [...new Set([...first, ...rest])];
}
