import { useState } from 'react';
import { formatCount } from '../../format';
import styles from './column-chooser.module.css';
import type { Column } from './columns';

/** So many names are offered at once; a part of the name finds the others. */
const OFFERED = 100;

interface Props {
  columns: Column[];
  shown: Column[];
  /** @param sorts what the columns that are to be shown sort by */
  onChange: (sorts: string[]) => void;
}

/** Which parameters and metrics the table has as columns. */
export function ColumnChooser({ columns, shown, onChange }: Props) {
  const [wanted, setWanted] = useState('');
  const matching = columns.filter(({ name }) => name.toLowerCase().includes(wanted.trim().toLowerCase()));
  const offered = matching.slice(0, OFFERED);
  const chosen = new Set(shown.map(({ sort }) => sort));
  const toggle = (sort: string, on: boolean) => {
    const kept = new Set(chosen);
    if (on) kept.add(sort);
    else kept.delete(sort);
    onChange([...kept]);
  };
  return (
    <details className={styles.chooser}>
      <summary>
        Columns: {formatCount(shown.length)} of {formatCount(columns.length)}
      </summary>
      <div className={styles.panel}>
        <input
          type="search"
          className={styles.filter}
          value={wanted}
          onChange={({ target }) => setWanted(target.value)}
          placeholder="Part of a name"
          aria-label="Offer columns whose name contains"
        />
        <ul className={styles.names}>
          {offered.map(({ sort, name, kind }) => (
            <li key={sort}>
              <label className={styles.name}>
                <input
                  type="checkbox"
                  checked={chosen.has(sort)}
                  onChange={({ target }) => toggle(sort, target.checked)}
                />
                <span>
                  {name} <span className={styles.kind}>{kind}</span>
                </span>
              </label>
            </li>
          ))}
        </ul>
        {matching.length > offered.length && (
          <p className={styles.kind}>
            and {formatCount(matching.length - offered.length)} more; type a part of the name
          </p>
        )}
      </div>
    </details>
  );
}
