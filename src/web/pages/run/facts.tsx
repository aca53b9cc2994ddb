import { Value } from '../../components/values';
import styles from './facts.module.css';
import { LongText } from './long-text';

/** Some clients keep whole documents in a parameter or a tag. */
const LONGEST_IN_SHORT = 300;

/** Names and values below one another, of long texts the beginning. */
export function Facts({ facts, mono }: { facts: [name: string, value: unknown][]; mono?: boolean }) {
  return (
    <dl className={styles.facts} data-mono={mono}>
      {facts.map(([name, value]) => (
        <div key={name} className={styles.fact} data-long={isLong(value)}>
          <dt>{name}</dt>
          <dd>
            {isLong(value) ? <LongText name={name} text={value} shown={LONGEST_IN_SHORT} /> : <Value value={value} />}
          </dd>
        </div>
      ))}
    </dl>
  );
}

const NAMES = new Intl.Collator('en', { numeric: true });

/** Parameters or tags by their names; numbers in these count, so layer10 comes after layer2. */
export function byName(labels: Record<string, string>): [name: string, value: string][] {
  return Object.entries(labels).sort(([a], [b]) => NAMES.compare(a, b));
}

function isLong(value: unknown): value is string {
  return typeof value === 'string' && value.length > LONGEST_IN_SHORT;
}
