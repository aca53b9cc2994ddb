import { useState } from 'react';

/** So many are drawn until somebody asks for all. */
const SHOWN_AT_FIRST = 200;

/** Some of many named entries, found by a part of their names. */
export interface NameFilter<Entry> {
  all: Entry[];
  /** Those whose name holds what is wanted. */
  matching: Entry[];
  /** As many of them as are drawn. */
  shown: Entry[];
  wanted: string;
  want: (part: string) => void;
  showAll: () => void;
}

export function useNameFilter<Entry>(all: Entry[], nameOf: (entry: Entry) => string): NameFilter<Entry> {
  const [wanted, want] = useState('');
  const [unlimited, setUnlimited] = useState(false);
  const part = wanted.trim().toLowerCase();
  const matching = all.filter((entry) => nameOf(entry).toLowerCase().includes(part));
  const shown = unlimited ? matching : matching.slice(0, SHOWN_AT_FIRST);
  return { all, matching, shown, wanted, want, showAll: () => setUnlimited(true) };
}
