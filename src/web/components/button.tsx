import type { ComponentProps } from 'react';
import styles from './button.module.css';

/** @param look `primary` for the one thing that a page is for */
export function Button({
  look = 'plain',
  ...rest
}: ComponentProps<'button'> & { look?: 'primary' | 'plain' | 'quiet' }) {
  return <button type="button" {...rest} className={buttonClass(look)} />;
}

/** For links that look like buttons. */
export function buttonClass(look: 'primary' | 'plain' | 'quiet'): string {
  return `${styles.button} ${styles[look]}`;
}
