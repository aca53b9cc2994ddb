import type { Run } from '../../api/client';
import { Card } from '../../components/card';
import { counted } from '../../format';
import { Facts } from './facts';
import styles from './run-page.module.css';

/** Shown as the note of the run. */
const NOTE = 'mlflow.note.content';
/** Some clients keep whole documents in a tag; the rest is in the run's JSON. */
const SHOWN_CHARACTERS = 300;

/** Those that people set, and folded away those that clients set by themselves. */
export function Tags({ tags }: { tags: Run['tags'] }) {
  const all = Object.entries(tags).filter(([name]) => name !== NOTE);
  if (all.length === 0) return null;
  const own = all.filter(([name]) => !name.startsWith('mlflow.'));
  const system = all.filter(([name]) => name.startsWith('mlflow.'));
  return (
    <Card title="Tags">
      {own.length > 0 && <Facts facts={own.map(shortened)} mono />}
      {system.length > 0 && (
        <details className={styles.more}>
          <summary>{counted(system.length, 'tag')} of the client</summary>
          <Facts facts={system.map(shortened)} mono />
        </details>
      )}
    </Card>
  );
}

function shortened([name, value]: [string, string]): [string, string] {
  return [name, value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}…` : value];
}
