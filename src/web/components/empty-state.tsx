import type { ReactNode } from 'react';
import { Command } from './command';
import styles from './empty-state.module.css';
import { Logo } from './logo';

/** Where there is nothing yet: says so, and gives the command that changes it. */
export function EmptyState({ title, children, command }: { title: string; children: ReactNode; command?: string }) {
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
    </div>
  );
}
