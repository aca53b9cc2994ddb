import { counted } from '../format';
import { Button } from './button';
import { ErrorCard } from './error-card';
import styles from './list-end.module.css';

/** Says how much of a list is shown, and shows more of it. Nothing is left out silently. */
export function ListEnd(props: {
  shown: number;
  noun: string;
  hasMore: boolean;
  loading: boolean;
  /** Why the rest did not come; null = nothing went wrong. */
  error: Error | null;
  onMore: () => void;
}) {
  const { shown, noun, hasMore, loading, error, onMore } = props;
  if (error) return <ErrorCard what={`More ${noun}s`} error={error} onRetry={onMore} />;
  return (
    <div className={styles.end}>
      <span>
        {hasMore ? `The first ${counted(shown, noun)}; there are more.` : `${counted(shown, noun)}, that is all.`}
      </span>
      {hasMore && (
        <Button onClick={onMore} disabled={loading}>
          {loading ? 'Loading …' : 'Load more'}
        </Button>
      )}
    </div>
  );
}
