import { Link } from '@tanstack/react-router';
import type { Experiment, Result } from '../../api/client';
import { Age } from '../../components/age';
import { BestMark } from '../../components/best-mark';
import { Value } from '../../components/values';
import { formatDuration } from '../../format';
import { columnsOf, NEWEST_FIRST } from './columns';
import styles from './results-table.module.css';
import { SortHeader } from './sort-header';
import type { BestResult } from './use-best-results';

interface Props {
  experiment: Experiment;
  results: Result[];
  best: BestResult[];
  sort: string;
  order: 'asc' | 'desc';
}

const DONE = { ...NEWEST_FIRST, title: 'Done', firstOrder: NEWEST_FIRST.order };

export function ResultsTable({ experiment, results, best, sort, order }: Props) {
  const columns = columnsOf(experiment);
  return (
    // Takes the focus, so that the arrow keys scroll it where it is wider than the page.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (axe: scrollable-region-focusable)
    <section className={styles.scroll} aria-label="Results" tabIndex={0}>
      <table className={styles.table}>
        <caption className="visually-hidden">Results of {experiment.name}; the heads of the columns sort it</caption>
        <thead>
          <tr>
            <th scope="col">Run</th>
            {columns.map((column) => (
              <SortHeader key={column.sort} column={column} sort={sort} order={order} />
            ))}
            <th scope="col" className={styles.number}>
              Runtime
            </th>
            <SortHeader column={DONE} sort={sort} order={order} />
          </tr>
        </thead>
        <tbody>
          {results.map((result) => (
            <tr key={result.task_id}>
              <th scope="row">
                <Link to="/runs/$id" params={{ id: result.task_id }} className={styles.name}>
                  {result.name}
                </Link>
              </th>
              {columns.map(({ sort: key, metric, read }) => {
                const value = read(result);
                return (
                  <td key={key} className={styles.number} data-sorted={key === sort}>
                    {metric && best.some((b) => b.metric.name === metric.name && b.value === value) && (
                      <>
                        <BestMark metric={metric.name} />{' '}
                      </>
                    )}
                    <Value value={value} padded={metric !== undefined} />
                  </td>
                );
              })}
              <td className={styles.number}>
                {result.run_seconds === null ? '–' : formatDuration(result.run_seconds)}
              </td>
              <td className={styles.number} data-sorted={sort === DONE.sort}>
                <Age at={result.done_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
