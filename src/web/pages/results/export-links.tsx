import { EXPORT_FORMATS, exportUrl, type RunSearch } from '../../api/client';
import styles from './export-links.module.css';

/** Downloads of every run that a search finds, in its order and not only of those that are shown. */
export function ExportLinks({ search }: { search: Pick<RunSearch, 'experiments' | 'filter' | 'order_by'> }) {
  return (
    <span className={styles.links}>
      Download all as
      {Object.entries(EXPORT_FORMATS).map(([format, name]) => (
        <a key={format} href={exportUrl(format, search)} download>
          {name}
        </a>
      ))}
    </span>
  );
}
