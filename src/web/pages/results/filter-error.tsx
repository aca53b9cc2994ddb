import { ApiError } from '../../api/api-error';
import styles from './run-search.module.css';

/** How much of a filter is shown on each side of the fault, in characters; a phone has room for it. */
const SHOWN_BEFORE = 18;
const SHOWN_AFTER = 16;

/** What is wrong with a filter: where, why, and what could stand there. */
export function FilterError({ filter, error }: { filter: string; error: unknown }) {
  const detail = faultOf(error);
  const position = Number(/at position (\d+)/.exec(detail?.reason ?? '')?.[1] ?? Number.NaN);
  return (
    <div className={styles.error}>
      <p>{error instanceof Error ? error.message : String(error)}</p>
      {Number.isFinite(position) && <Place filter={filter} position={position} />}
      {detail && (
        <p>
          The filter {detail.reason}
          {detail.allowed && `; allowed: ${detail.allowed}`}
        </p>
      )}
    </div>
  );
}

/** Whether a search was refused for its filter. */
export function isAboutFilter(error: unknown): boolean {
  return faultOf(error) !== undefined;
}

function faultOf(error: unknown) {
  return error instanceof ApiError ? error.details.find(({ field }) => field === 'filter') : undefined;
}

/** The text around the fault and a caret under it. The words beside it say the same, so only they are read out. */
function Place({ filter, position }: { filter: string; position: number }) {
  const start = Math.max(position - SHOWN_BEFORE, 0);
  const end = Math.min(position + SHOWN_AFTER, filter.length);
  const before = `${start > 0 ? '…' : ''}${filter.slice(start, position)}`;
  return (
    <pre className={styles.place} aria-hidden="true">
      {before}
      {filter.slice(position, end)}
      {end < filter.length && '…'}
      {'\n'}
      {' '.repeat(before.length)}^
    </pre>
  );
}
