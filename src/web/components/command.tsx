import styles from './command.module.css';
import { CopyButton } from './copy-button';

/** A shell command with a button that copies it. */
export function Command({ title, text }: { title: string; text: string }) {
  return (
    <figure className={styles.command}>
      <figcaption className={styles.caption}>
        <span>{title}</span>
        <CopyButton text={text} what="the curl command" />
      </figcaption>
      <pre className={styles.text}>
        <code>
          {text.split('\n').map((line) => (
            <span key={line} className={styles.line}>
              {line}
            </span>
          ))}
        </code>
      </pre>
    </figure>
  );
}
