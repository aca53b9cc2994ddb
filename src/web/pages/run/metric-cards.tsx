import { useQuery } from '@tanstack/react-query';
import type { Metric, Task } from '../../api/client';
import { bestQuery, experimentsQuery } from '../../api/queries';
import { BestMark } from '../../components/best-mark';
import { Value } from '../../components/values';
import { formatValue } from '../../format';
import { metricsOf } from '../../task-values';
import styles from './metric-cards.module.css';

/** What came out, beside the best of all finished runs. */
export function MetricCards({ task }: { task: Task }) {
  const { data: experiments } = useQuery(experimentsQuery());
  const metrics = experiments?.find(({ name }) => name === task.experiment)?.metrics;
  return (
    <ul className={styles.cards}>
      {metricsOf(task, experiments).map(([name, value]) => {
        const metric = metrics?.find((known) => known.name === name);
        return (
          <li key={name} className={styles.card}>
            <h2 className={styles.name}>{name}</h2>
            <p className={styles.value}>
              <Value value={value} padded />
            </p>
            {metric && <Comparison experiment={task.experiment} metric={metric} value={value} />}
          </li>
        );
      })}
    </ul>
  );
}

function Comparison({ experiment, metric, value }: { experiment: string; metric: Metric; value: unknown }) {
  const { data: best } = useQuery(bestQuery(experiment, metric));
  const bestValue = best?.value;
  return (
    <>
      <p className={styles.about}>
        {metric.description}, {metric.better} is better.
      </p>
      <p className={styles.about}>
        {bestValue !== undefined && bestValue === value && <BestMark metric={metric.name} />}
        {bestValue !== undefined && bestValue !== value && `Best so far: ${formatValue(bestValue, true)}`}
      </p>
    </>
  );
}
