import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type ArtifactEntry, artifactUrl, type Run } from '../../api/client';
import { artifactsQuery } from '../../api/queries';
import { Card } from '../../components/card';
import { ErrorCard } from '../../components/error-card';
import { Icon } from '../../components/icon';
import { Skeleton } from '../../components/skeleton';
import { formatBytes, formatCount } from '../../format';
import styles from './artifacts.module.css';

/** More of one folder are named by their number only. */
const SHOWN_ENTRIES = 500;

/** The files of a run; a folder is read when it is opened. */
export function Artifacts({ run }: { run: Run }) {
  return (
    <Card title="Artifacts">
      <Folder run={run} path="" />
    </Card>
  );
}

function Folder({ run, path }: { run: Run; path: string }) {
  const { data: entries, error, refetch } = useQuery(artifactsQuery(run, path));
  if (error && !entries) return <ErrorCard what="The files" error={error} onRetry={() => void refetch()} />;
  if (!entries) return <Skeleton lines={2} what="the files" />;
  if (entries.length === 0)
    return <p className={styles.none}>{path ? 'This folder is empty.' : 'No files were logged.'}</p>;
  return (
    <>
      <ul className={styles.list}>
        {entries.slice(0, SHOWN_ENTRIES).map((entry) => (
          <li key={entry.path}>
            {entry.is_dir ? <Subfolder run={run} path={entry.path} /> : <File run={run} entry={entry} />}
          </li>
        ))}
      </ul>
      {entries.length > SHOWN_ENTRIES && (
        <p className={styles.none}>
          and {formatCount(entries.length - SHOWN_ENTRIES)} more; the API lists them all under{' '}
          <code>/api/v1/runs/{run.run_id}/artifacts</code>
        </p>
      )}
    </>
  );
}

function Subfolder({ run, path }: { run: Run; path: string }) {
  const [opened, setOpened] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => currentTarget.open && setOpened(true)}>
      <summary className={styles.folder}>
        <Icon name="folder" size={14} />
        {lastOf(path)}
      </summary>
      <div className={styles.inside}>{opened && <Folder run={run} path={path} />}</div>
    </details>
  );
}

function File({ run, entry: { path, size } }: { run: Run; entry: ArtifactEntry }) {
  return (
    <a className={styles.file} href={artifactUrl(run.run_id, path)} download={lastOf(path)}>
      <span className={styles.name}>{lastOf(path)}</span>
      <span className={styles.size}>{formatBytes(size)}</span>
    </a>
  );
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
