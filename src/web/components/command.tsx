import styles from './command.module.css';
import { CopyButton } from './copy-button';

/** A command or a program with a button that copies it. @param what names it in the button */
export function Command({ title, text, what = 'the curl command' }: { title: string; text: string; what?: string }) {
  return (
    <figure className={styles.command}>
      <figcaption className={styles.caption}>
        <span>{title}</span>
        <CopyButton text={text} what={what} />
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
