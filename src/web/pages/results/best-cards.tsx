import { Link } from '@tanstack/react-router';
import { NamedValues, Value } from '../../components/values';
import styles from './best-cards.module.css';
import type { BestResult } from './use-best-results';

/** The best value of each metric and which parameters gave it. */
export function BestCards({ best }: { best: BestResult[] }) {
  return (
    <ul className={styles.cards}>
      {best.map(({ metric, result, value }) => (
        <li key={metric.name} className={styles.card}>
          <span className={styles.metric} title={metric.description}>
            Best {metric.name} <span className={styles.better}>{metric.better} is better</span>
          </span>
          <Link to="/runs/$id" params={{ id: result.task_id }} className={styles.value}>
            <Value value={value} padded />
          </Link>
          <NamedValues values={Object.entries(result.parameters)} />
        </li>
      ))}
    </ul>
  );
}
