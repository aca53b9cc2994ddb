import type { Experiment, Key, KeyKind, Metric, RunSummary } from '../../api/client';

/** A column of the results: a parameter or a metric that runs of the experiment have. */
export interface Column {
  kind: KeyKind;
  name: string;
  /** How many runs have it, as far as that is known; one that the catalogue declares belongs to all. */
  runs: number;
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

/** `p2` stands before `p10`. */
const NATURAL = new Intl.Collator('en', { numeric: true });

/** The keys in use, those that the catalogue knows first and in its order. */
export function columnsOf(parameters: Key[], metrics: Key[], entry: Experiment | undefined): Column[] {
  const declared = Object.keys((entry?.parameters.properties ?? {}) as Record<string, unknown>);
  const measured = entry?.metrics ?? [];
  const metricNames = measured.map(({ name }) => name);
  return [
    ...withFirst(declared, parameters).map(
      ({ key, runs }): Column => ({
        kind: 'parameter',
        name: key,
        runs,
        sort: sortBy('parameter', key),
        firstOrder: 'asc',
      }),
    ),
    ...withFirst(metricNames, metrics).map(({ key, runs }): Column => {
      const metric = measured.find(({ name }) => name === key);
      return {
        kind: 'metric',
        name: key,
        runs,
        sort: sortBy('metric', key),
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

/** Of each kind those that most runs have; of equals the first ones. */
export function shownAtFirst(columns: Column[]): Column[] {
  const kinds: KeyKind[] = ['parameter', 'metric'];
  return kinds.flatMap((kind) =>
    columns
      .filter((column) => column.kind === kind)
      .sort((a, b) => b.runs - a.runs)
      .slice(0, SHOWN_AT_FIRST),
  );
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

function withFirst(declared: string[], keys: Key[]): Key[] {
  const others = keys.filter(({ key }) => !declared.includes(key));
  return [
    ...declared.map((key) => ({ key, runs: Number.MAX_SAFE_INTEGER })),
    ...others.sort((a, b) => NATURAL.compare(a.key, b.key)),
  ];
}
