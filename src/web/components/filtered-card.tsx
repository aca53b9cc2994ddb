import type { ReactNode } from 'react';
import { counted, formatCount } from '../format';
import { Button } from './button';
import { Card } from './card';
import styles from './filtered-card.module.css';
import type { NameFilter } from './use-name-filter';

/** So many names need a box to find one. */
const FILTERED_FROM = 8;

interface Props {
  title: string;
  /** What one entry is called. */
  noun: string;
  filter: NameFilter<unknown>;
  /** The entries that the filter shows. */
  children: ReactNode;
}

/** A card of named entries, with a box to find some of many. */
export function FilteredCard({ title, noun, filter, children }: Props) {
  const { all, matching, shown, wanted, want, showAll } = filter;
  return (
    <Card title={title} note={all.length > 0 && noteOf(matching.length, all.length, noun)}>
      {all.length >= FILTERED_FROM && (
        <input
          type="search"
          className={styles.filter}
          value={wanted}
          onChange={({ target }) => want(target.value)}
          placeholder="Part of a name"
          aria-label={`Show ${noun}s whose name contains`}
        />
      )}
      {shown.length > 0 && children}
      {shown.length === 0 && (
        <p className={styles.none}>{all.length === 0 ? 'None were logged.' : `No name contains ${wanted}.`}</p>
      )}
      {matching.length > shown.length && (
        <p className={styles.more}>
          <Button onClick={showAll}>Show all {formatCount(matching.length)}</Button>
        </p>
      )}
    </Card>
  );
}

function noteOf(matching: number, all: number, noun: string): string {
  return matching === all ? counted(all, noun) : `${formatCount(matching)} of ${counted(all, noun)}`;
}
