import type { MetricSummary } from '../../api/client';
import { Value } from '../../components/values';
import { formatCount } from '../../format';
import styles from './metrics.module.css';

const NUMBERS = ['Last', 'Lowest', 'Highest', 'Points'];

export function MetricTable({ metrics }: { metrics: MetricSummary[] }) {
  return (
    // Takes the focus, so that the arrow keys scroll it where it is wider than the page.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (axe: scrollable-region-focusable)
    <section className={styles.scroll} aria-label="Values of the metrics" tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Metric</th>
            {NUMBERS.map((name) => (
              <th key={name} scope="col" className={styles.number}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {metrics.map(({ key, last, min, max, count }) => (
            <tr key={key}>
              <th scope="row">{key}</th>
              <td className={styles.number}>
                <Value value={last.value} />
              </td>
              <td className={styles.number}>{min === null ? '–' : <Value value={min} />}</td>
              <td className={styles.number}>{max === null ? '–' : <Value value={max} />}</td>
              <td className={styles.number}>{formatCount(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
