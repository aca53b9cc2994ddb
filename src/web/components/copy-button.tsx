import { useEffect, useState } from 'react';
import { announce } from '../announcer';
import { copyText } from '../clipboard';
import styles from './copy-button.module.css';
import { Icon } from './icon';

const SHOWN_MS = 2_000;

/** @param what names it for those who do not see what it stands beside */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [outcome, setOutcome] = useState<'copied' | 'refused'>();
  useEffect(() => {
    if (!outcome) return;
    const timer = setTimeout(() => setOutcome(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async () => {
    const copied = await copyText(text);
    setOutcome(copied ? 'copied' : 'refused');
    announce(copied ? `Copied ${what}` : `The browser does not let this page copy ${what}; select it instead`);
  };
  return (
    <button type="button" className={styles.copy} onClick={() => void copy()} aria-label={`Copy ${what}`}>
      <Icon name={outcome === 'copied' ? 'check' : 'copy'} size={14} />
      {outcome === undefined ? 'Copy' : outcome === 'copied' ? 'Copied' : 'Select it'}
    </button>
  );
}
