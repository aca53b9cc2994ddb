import { Link } from '@tanstack/react-router';
import { Icon } from '../../components/icon';
import type { Sort } from '../../sort';
import styles from './results-table.module.css';

interface Props {
  title: string;
  about?: string;
  /** What a list is sorted by for this column. */
  by: string;
  firstOrder: 'asc' | 'desc';
  /** How the list is sorted. */
  sort: Sort;
  text?: boolean;
}

/** A column's head that sorts by it: first the better way round, then the other. A link, so the address keeps it. */
export function SortHeader({ title, about, by, firstOrder, sort, text }: Props) {
  const sorted = by === sort.by;
  const opposite = sort.order === 'asc' ? 'desc' : 'asc';
  return (
    <th scope="col" className={text ? undefined : styles.number} aria-sort={ariaSort(sorted, sort)} title={about}>
      <Link
        to="/results"
        search={(search) => ({ ...search, sort: by, order: sorted ? opposite : firstOrder })}
        resetScroll={false}
        className={styles.sort}
        data-sorted={sorted}
      >
        <span className={styles.title}>{title}</span>
        <Icon name={sorted ? (sort.order === 'asc' ? 'up' : 'down') : 'sort'} size={12} />
      </Link>
    </th>
  );
}

function ariaSort(sorted: boolean, { order }: Sort) {
  if (!sorted) return 'none';
  return order === 'asc' ? 'ascending' : 'descending';
}
