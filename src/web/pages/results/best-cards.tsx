import { Link } from '@tanstack/react-router';
import type { Experiment } from '../../api/client';
import { NamedValues, Value } from '../../components/values';
import styles from './best-cards.module.css';
import { pageIdOf } from './page-id';
import type { BestResult } from './use-best-results';

/** The best value of each metric and which parameters of the experiment gave it; a client may have logged any others. */
export function BestCards({ best, entry }: { best: BestResult[]; entry: Experiment }) {
  const declared = Object.keys((entry.parameters.properties ?? {}) as Record<string, unknown>);
  return (
    <ul className={styles.cards}>
      {best.map(({ metric, run, value }) => (
        <li key={metric.name} className={styles.card}>
          <span className={styles.metric} title={metric.description}>
            Best {metric.name} <span className={styles.better}>{metric.better} is better</span>
          </span>
          <Link to="/runs/$id" params={{ id: pageIdOf(run) }} className={styles.value}>
            <Value value={value} padded />
          </Link>
          <NamedValues values={Object.entries(run.parameters).filter(([name]) => declared.includes(name))} />
        </li>
      ))}
    </ul>
  );
}
