import { useState } from 'react';
import { Button } from '../../components/button';
import { ErrorCard } from '../../components/error-card';
import { formatCount } from '../../format';
import styles from './column-chooser.module.css';
import type { Columns } from './use-columns';
import { type OfferedColumns, useOfferedColumns } from './use-offered-columns';

/** No name is longer. */
const LONGEST_NAME = 250;

/** Which parameters and metrics the table has as columns. */
export function ColumnChooser({ experimentId, columns }: { experimentId: number; columns: Columns }) {
  const [typed, setTyped] = useState('');
  const { known, complete, shown, choose, chosen } = columns;
  const wanted = typed.trim();
  const offered = useOfferedColumns(experimentId, columns, wanted);
  const isShown = new Set(shown.map(({ sort }) => sort));
  const toggle = (sort: string, on: boolean) => {
    const kept = new Set(isShown);
    if (on) kept.add(sort);
    else kept.delete(sort);
    choose([...kept]);
  };
  const matches = complete ? 'contains' : 'begins with';
  return (
    <details className={styles.chooser}>
      <summary>
        Columns: {formatCount(shown.length)} of {!complete && 'more than '}
        {formatCount(known.length)}
      </summary>
      <div className={styles.panel}>
        <div className={styles.bar}>
          <input
            type="search"
            className={styles.filter}
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
            maxLength={LONGEST_NAME}
            placeholder={complete ? 'Part of a name' : 'Beginning of a name'}
            aria-label={`Offer columns whose name ${matches}`}
          />
          {chosen && <Button onClick={() => choose(undefined)}>Show the usual columns</Button>}
        </div>
        <ul className={styles.names} aria-busy={offered.loading}>
          {offered.columns.map(({ sort, name, kind }) => (
            <li key={sort}>
              <label className={styles.name}>
                <input
                  type="checkbox"
                  checked={isShown.has(sort)}
                  onChange={({ target }) => toggle(sort, target.checked)}
                />
                <span>
                  {name} <span className={styles.kind}>{kind}</span>
                </span>
              </label>
            </li>
          ))}
        </ul>
        {offered.error ? (
          <ErrorCard what="The other names" error={offered.error} onRetry={offered.retry} />
        ) : (
          <p className={styles.kind} role="status">
            {restOf(offered, complete) ?? (offered.columns.length === 0 && `No name ${matches} ${wanted}.`)}
          </p>
        )}
      </div>
    </details>
  );
}

/** What matches and is not offered. */
function restOf({ loading, more }: OfferedColumns, complete: boolean): string | undefined {
  if (loading) return 'Looking for more …';
  const advice = complete ? 'type a part of the name' : 'type how the name begins';
  if (more === undefined) return `and more; ${advice}`;
  return more > 0 ? `and ${formatCount(more)} more; ${advice}` : undefined;
}
