import { ApiError } from '../api/api-error';
import { curlOf } from '../curl';
import { Button } from './button';
import { Command } from './command';
import styles from './error-card.module.css';
import { Icon } from './icon';
import { useRecovery } from './use-recovery';

/**
 * Says what failed, why, under which request id the log holds more, and how to try again; after an outage it tries by itself.
 * @param what begins the sentence "… could not be loaded"
 */
export function ErrorCard({ what, error, onRetry }: { what: string; error: unknown; onRetry: () => void }) {
  useRecovery(error, onRetry);
  const refusal = error instanceof ApiError ? error : undefined;
  return (
    <section className={styles.card} role="alert">
      <h2 className={styles.title}>
        <Icon name="warning" />
        {what} could not be loaded
      </h2>
      <p>{error instanceof Error ? error.message : String(error)}</p>
      {refusal && refusal.details.length > 0 && (
        <ul className={styles.details}>
          {refusal.details.map(({ field, reason, allowed }) => (
            <li key={`${field} ${reason}`}>
              <code>{field}</code> {reason}
              {allowed && `; allowed: ${allowed}`}
            </li>
          ))}
        </ul>
      )}
      {refusal?.requestId && (
        <p className={styles.id}>
          {refusal.code} · request <code>{refusal.requestId}</code>
        </p>
      )}
      <div>
        <Button onClick={onRetry}>Try again</Button>
      </div>
      {refusal && <Command title="The same request" text={curlOf(refusal.request)} />}
    </section>
  );
}
