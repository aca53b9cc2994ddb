import styles from './best-mark.module.css';
import { Icon } from './icon';

/** Marks the best value of a metric by sign and word. */
export function BestMark({ metric }: { metric: string }) {
  return (
    <span className={styles.mark} title={`No finished run has a better ${metric}`}>
      <Icon name="star" size={12} filled />
      best
    </span>
  );
}
