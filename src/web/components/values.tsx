import { formatValue } from '../format';
import styles from './values.module.css';

/** A value in short, in full when pointed at. */
export function Value({ value, padded }: { value: unknown; padded?: boolean }) {
  const short = formatValue(value, padded);
  const full = typeof value === 'number' ? String(value) : short;
  return (
    <span className={styles.value} title={full}>
      {short}
    </span>
  );
}

/** Named values on one line, or as many lines as they need. */
export function NamedValues({ values, padded }: { values: [name: string, value: unknown][]; padded?: boolean }) {
  return (
    <span className={styles.list}>
      {values.map(([name, value]) => (
        <span key={name} className={styles.pair}>
          <span className={styles.name}>{name} </span>
          <Value value={value} padded={padded} />
        </span>
      ))}
    </span>
  );
}
