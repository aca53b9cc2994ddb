import { Link } from '@tanstack/react-router';
import { Icon } from '../../components/icon';
import type { Column } from './columns';
import styles from './results-table.module.css';

interface Props {
  column: Pick<Column, 'sort' | 'title' | 'about' | 'firstOrder'>;
  sort: string;
  order: 'asc' | 'desc';
}

/** A column's head that sorts by it: first the better way round, then the other. A link, so the address keeps it. */
export function SortHeader({ column, sort, order }: Props) {
  const sorted = column.sort === sort;
  const opposite = order === 'asc' ? 'desc' : 'asc';
  return (
    <th scope="col" className={styles.number} aria-sort={ariaSort(sorted, order)} title={column.about}>
      <Link
        to="/results"
        search={(search) => ({ ...search, sort: column.sort, order: sorted ? opposite : column.firstOrder })}
        resetScroll={false}
        className={styles.sort}
        data-sorted={sorted}
      >
        {column.title}
        <Icon name={sorted ? (order === 'asc' ? 'up' : 'down') : 'sort'} size={12} />
      </Link>
    </th>
  );
}

function ariaSort(sorted: boolean, order: 'asc' | 'desc') {
  if (!sorted) return 'none';
  return order === 'asc' ? 'ascending' : 'descending';
}
