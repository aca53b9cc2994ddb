import { Value } from '../../components/values';
import styles from './facts.module.css';

/** Some clients keep whole documents in a parameter or a tag; the rest is in the run's JSON. */
const SHOWN_CHARACTERS = 300;

/** Names and values below one another, long values shortened. */
export function Facts({ facts, mono }: { facts: [name: string, value: unknown][]; mono?: boolean }) {
  return (
    <dl className={styles.facts} data-mono={mono}>
      {facts.map(([name, value]) => (
        <div key={name} className={styles.fact}>
          <dt>{name}</dt>
          <dd>
            <Value value={shortened(value)} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function shortened(value: unknown): unknown {
  return typeof value === 'string' && value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}…` : value;
}
