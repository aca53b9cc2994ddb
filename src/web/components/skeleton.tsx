import styles from './skeleton.module.css';

/** Grey lines in the place of what is being loaded. */
export function Skeleton({ lines, what }: { lines: number; what: string }) {
  return (
    <div className={styles.skeleton}>
      <span className="visually-hidden">Loading {what} …</span>
      {Array.from({ length: lines }, (_, line) => line).map((line) => (
        <div key={line} className={styles.line} />
      ))}
    </div>
  );
}
