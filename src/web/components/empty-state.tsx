import type { ReactNode } from 'react';
import { Command } from './command';
import styles from './empty-state.module.css';
import { Logo } from './logo';

interface Props {
  title: string;
  children: ReactNode;
  /** What changes it, for a terminal. */
  command?: string;
  /** The same in Python. */
  program?: string;
}

/** Where there is nothing yet: says so, and gives the command that changes it. */
export function EmptyState({ title, children, command, program }: Props) {
  return (
    <div className={styles.empty}>
      <Logo size={44} />
      <h2 className={styles.title}>{title}</h2>
      <p className={styles.text}>{children}</p>
      {command && (
        <div className={styles.command}>
          <Command title="In a terminal" text={command} />
        </div>
      )}
      {program && (
        <div className={styles.command}>
          <Command title="In Python" text={program} what="the Python lines" />
        </div>
      )}
    </div>
  );
}
