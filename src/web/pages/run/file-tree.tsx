import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { ArtifactEntry } from '../../api/client';
import type { artifactsQuery } from '../../api/queries';
import { ErrorCard } from '../../components/error-card';
import { Icon } from '../../components/icon';
import { Skeleton } from '../../components/skeleton';
import { formatBytes, formatCount } from '../../format';
import styles from './file-tree.module.css';

/** More of one folder are named by their number only. */
const SHOWN_ENTRIES = 500;

/** Where files are kept. */
export interface FileSource {
  /** Reads one level. */
  query: (folder: string) => ReturnType<typeof artifactsQuery>;
  /** Where a browser downloads one. */
  urlOf: (path: string) => string;
  /** The address of the API that lists all. */
  listedAt: string;
  /** Shown where there are none at all. */
  none: ReactNode;
}

/** Files and folders; a folder is read when it is opened. */
export function FileTree({ source, path = '' }: { source: FileSource; path?: string }) {
  const { data: entries, error, refetch } = useQuery(source.query(path));
  if (error && !entries) return <ErrorCard what="The files" error={error} onRetry={() => void refetch()} />;
  if (!entries) return <Skeleton lines={2} what="the files" />;
  if (entries.length === 0) return <p className={styles.none}>{path ? 'This folder is empty.' : source.none}</p>;
  return (
    <>
      <ul className={styles.list}>
        {entries.slice(0, SHOWN_ENTRIES).map((entry) => (
          <li key={entry.path}>
            {entry.is_dir ? <Subfolder source={source} path={entry.path} /> : <File source={source} entry={entry} />}
          </li>
        ))}
      </ul>
      {entries.length > SHOWN_ENTRIES && (
        <p className={styles.none}>
          and {formatCount(entries.length - SHOWN_ENTRIES)} more; the API lists them all under{' '}
          <code>{source.listedAt}</code>
        </p>
      )}
    </>
  );
}

function Subfolder({ source, path }: { source: FileSource; path: string }) {
  return (
    <Fold title={lastOf(path)}>
      <FileTree source={source} path={path} />
    </Fold>
  );
}

/** Something with files in it, which is read when it is opened. */
export function Fold({ title, children }: { title: ReactNode; children: ReactNode }) {
  const [opened, setOpened] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => currentTarget.open && setOpened(true)}>
      <summary className={styles.folder}>
        <Icon name="folder" size={14} />
        {title}
      </summary>
      <div className={styles.inside}>{opened && children}</div>
    </details>
  );
}

function File({ source, entry: { path, size } }: { source: FileSource; entry: ArtifactEntry }) {
  return (
    <a className={styles.file} href={source.urlOf(path)} download={lastOf(path)}>
      <span className={styles.name}>{lastOf(path)}</span>
      <span className={styles.size}>{formatBytes(size)}</span>
    </a>
  );
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
