import type { Experiment, KeyKind, Metric, RunSummary } from '../../api/client';

/** A column of the results: a parameter or a metric that runs of the experiment have. */
export interface Column {
  kind: KeyKind;
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
      (name): Column => ({ kind: 'parameter', name, sort: sortBy('parameter', name), firstOrder: 'asc' }),
    ),
    ...withFirst(metricNames, metrics).map((name): Column => {
      const metric = measured.find((known) => known.name === name);
      return {
        kind: 'metric',
        name,
        sort: sortBy('metric', name),
        about: metric && `${metric.description}; ${metric.better} is better`,
        firstOrder: metric?.better === 'higher' ? 'desc' : 'asc',
        metric,
      };
    }),
  ];
}

/** The names of a kind among what lists are sorted by. */
export function namesIn(sorts: string[], kind: KeyKind): string[] {
  const start = sortBy(kind, '');
  return sorts.filter((sort) => sort.startsWith(start)).map((sort) => sort.slice(start.length));
}

export function shownAtFirst(columns: Column[]): Column[] {
  const kinds: KeyKind[] = ['parameter', 'metric'];
  return kinds.flatMap((kind) => columns.filter((column) => column.kind === kind).slice(0, SHOWN_AT_FIRST));
}

/** What a run has in a column: a text of a parameter, a number or `NaN` of a metric. Names are chosen by clients: `toString` is one. */
export function valueIn({ kind, name }: Column, run: RunSummary): unknown {
  const values = kind === 'parameter' ? run.parameters : run.metrics;
  if (!Object.hasOwn(values, name)) return undefined;
  return kind === 'parameter' ? run.parameters[name] : run.metrics[name].value;
}

function sortBy(kind: KeyKind, name: string): string {
  return `${kind}s.${name}`;
}

function withFirst(first: string[], rest: string[]): string[] {
  return [...new Set([...first, ...rest])];
}
