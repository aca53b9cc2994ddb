import { Link } from '@tanstack/react-router';
import type { RunSummary } from '../../api/client';
import { Age } from '../../components/age';
import { BestMark } from '../../components/best-mark';
import { RunDuration } from '../../components/run-duration';
import { StateBadge } from '../../components/state-badge';
import { Value } from '../../components/values';
import { startOf } from '../../run-start';
import type { Sort } from '../../sort';
import { type Column, valueIn } from './columns';
import { pageIdOf } from './page-id';
import styles from './results-table.module.css';
import { SortHeader } from './sort-header';
import type { BestResult } from './use-best-results';

interface Props {
  experiment: string;
  columns: Column[];
  runs: RunSummary[];
  best: BestResult[];
  sort: Sort;
}

export function ResultsTable({ experiment, columns, runs, best, sort }: Props) {
  return (
    // Takes the focus, so that the arrow keys scroll it where it is wider than the page.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (axe: scrollable-region-focusable)
    <section className={styles.scroll} aria-label="Results" tabIndex={0}>
      <table className={styles.table}>
        <caption className="visually-hidden">Runs of {experiment}; the heads of the columns sort them</caption>
        <thead>
          <tr>
            <SortHeader title="Run" by="run_name" firstOrder="asc" sort={sort} text />
            {columns.map(({ kind, name, sort: by, about, firstOrder }) => (
              <SortHeader
                key={by}
                title={name}
                about={about ?? `${kind} ${name}`}
                by={by}
                firstOrder={firstOrder}
                sort={sort}
              />
            ))}
            <SortHeader title="Status" by="status" firstOrder="asc" sort={sort} text />
            <th scope="col" className={styles.number}>
              Duration
            </th>
            <SortHeader title="Started" by="start_time" firstOrder="desc" sort={sort} />
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.run_id}>
              <th scope="row">
                <Link to="/runs/$id" params={{ id: pageIdOf(run) }} className={styles.name} title={run.name}>
                  {run.name}
                </Link>
              </th>
              {columns.map((column) => (
                <td key={column.sort} className={styles.number} data-sorted={column.sort === sort.by}>
                  <Cell column={column} run={run} best={best} />
                </td>
              ))}
              <td>
                <StateBadge state={run.status} />
              </td>
              <td className={styles.number}>
                <RunDuration run={run} />
              </td>
              <td className={styles.number} data-sorted={sort.by === 'start_time'}>
                <Start run={run} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Cell({ column, run, best }: { column: Column; run: RunSummary; best: BestResult[] }) {
  const value = valueIn(column, run);
  if (value === undefined) return <span className={styles.absent}>–</span>;
  const { metric } = column;
  return (
    <>
      {metric && run.status === 'FINISHED' && best.some((b) => b.metric.name === metric.name && b.value === value) && (
        <>
          <BestMark metric={metric.name} />{' '}
        </>
      )}
      <Value value={value} padded={metric !== undefined} />
    </>
  );
}

function Start({ run }: { run: RunSummary }) {
  const start = startOf(run);
  return start ? <Age at={start} /> : '–';
}
