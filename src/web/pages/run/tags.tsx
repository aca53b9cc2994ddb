import type { Run } from '../../api/client';
import { Card } from '../../components/card';
import { counted } from '../../format';
import { byName, Facts } from './facts';
import styles from './run-page.module.css';

/** Shown as the note of the run. */
const NOTE = 'mlflow.note.content';

/** Those that people set, and folded away those that clients set by themselves. */
export function Tags({ tags }: { tags: Run['tags'] }) {
  const all = byName(tags).filter(([name]) => name !== NOTE);
  if (all.length === 0) return null;
  const own = all.filter(([name]) => !name.startsWith('mlflow.'));
  const system = all.filter(([name]) => name.startsWith('mlflow.'));
  return (
    <Card title="Tags">
      {own.length > 0 && <Facts facts={own} mono />}
      {system.length > 0 && (
        <details className={styles.more}>
          <summary>{counted(system.length, 'tag')} of the client</summary>
          <Facts facts={system} mono />
        </details>
      )}
    </Card>
  );
}
