import { Value } from '../../components/values';
import styles from './facts.module.css';

/** Names and values below one another. */
export function Facts({ facts, mono }: { facts: [name: string, value: unknown][]; mono?: boolean }) {
  return (
    <dl className={styles.facts} data-mono={mono}>
      {facts.map(([name, value]) => (
        <div key={name} className={styles.fact}>
          <dt>{name}</dt>
          <dd>
            <Value value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
