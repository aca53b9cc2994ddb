/** The table of a tracking benchmark: a workload a row, a server a column, and why a cell is empty. */
import { median, table } from './report.mjs';

const number = (value) => value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 1 : 0 });
const ratio = (ours, theirs) => (ours && theirs ? `${(ours / theirs).toFixed(1)} x` : '-');

/** What the rounds of one server say on one workload: `undefined` where none succeeded. */
function summary(rounds, workload) {
  const good = rounds.map(({ results }) => results?.[workload]).filter((result) => result && !result.error);
  if (good.length === 0) return undefined;
  const points = good[0].pointsPerSecond !== undefined;
  return {
    unit: points ? ' points' : '',
    perSecond: median(good.map((result) => (points ? result.pointsPerSecond : result.perSecond))),
    p50: median(good.map((result) => result.p50)),
  };
}

/** `server: workloads: reason`, a line for each reason. */
function reasons(server, rounds, workloads) {
  const told = new Map();
  const tell = (reason, what) => told.set(reason, (told.get(reason) ?? new Set()).add(what));
  for (const { error, results } of rounds) {
    if (error) tell(error, 'everything');
    else for (const workload of workloads) if (results[workload]?.error) tell(results[workload].error, workload);
  }
  return [...told].map(([reason, whats]) => `- ${server}: ${[...whats].join(', ')}: ${reason}`);
}

/**
 * @param servers `{ kind, name, rounds }`, Cellar first; `kind` is what ratios are formed by, a round is `{ results }` or `{ error }`
 * @param workloads names in the order of the rows
 */
export function trackingTable(servers, workloads) {
  const body = workloads.map((workload) => {
    const cells = servers.map(({ kind, rounds }) => ({ kind, ...summary(rounds, workload) }));
    const best = (kind) =>
      Math.max(0, ...cells.filter((cell) => cell.kind === kind).map((cell) => cell.perSecond ?? 0));
    return [
      workload,
      ...cells.map(({ perSecond, unit, p50 }) => (perSecond ? `${number(perSecond)}${unit}/s, ${p50} ms` : '-')),
      ratio(cells[0].perSecond, best('MLflow')),
      ratio(cells[0].perSecond, best('FastTrackML')),
    ];
  });
  const head = [
    'per second, p50',
    ...servers.map(({ name }) => name),
    'Cellar / MLflow',
    'Cellar / better FastTrackML',
  ];
  const missing = servers.flatMap(({ name, rounds }) => reasons(name, rounds, workloads));
  return `${table([head, ...body])}${missing.length > 0 ? `\n\nWhat failed:\n\n${missing.join('\n')}` : ''}`;
}
