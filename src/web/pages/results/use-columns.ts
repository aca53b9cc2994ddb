import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { Experiment, ExperimentRecord, Key, KeyKind, KeyList } from '../../api/client';
import { keysQuery } from '../../api/queries';
import { chosenColumns, keepChosenColumns } from './chosen-columns';
import { type Column, columnsOf, namesIn, shownAtFirst } from './columns';

export interface Columns {
  /** Of the first names of each kind, and of what was shown besides. */
  known: Column[];
  /** Whether the experiment has no others. */
  complete: boolean;
  shown: Column[];
  /** What the columns sort by that are shown or were, so that each can be taken away and brought back. */
  everShown: ReadonlySet<string>;
  /** Whether somebody chose what is shown, here or at an earlier visit. */
  chosen: boolean;
  /** @param sorts what the columns that are to be shown sort by; undefined = those that are shown at first */
  choose: (sorts: string[] | undefined) => void;
}

const NO_ANSWER_YET: KeyList = { keys: [], complete: true };

/** Those that somebody chose, or of each kind those that most runs have and the one that the runs are sorted by. */
export function useColumns(record: ExperimentRecord, entry: Experiment | undefined, sortedBy: string): Columns {
  const { data: parameters = NO_ANSWER_YET } = useQuery(keysQuery(record.experiment_id, 'parameter'));
  const { data: metrics = NO_ANSWER_YET } = useQuery(keysQuery(record.experiment_id, 'metric'));
  const [chosen, setChosen] = useState(() => chosenColumns(record.experiment_id));
  const first = columnsOf(parameters.keys, metrics.keys, entry);
  const wanted = chosen ?? [...shownAtFirst(first).map(({ sort }) => sort), sortedBy];
  const everShown = useRef(new Set<string>());
  for (const sort of wanted) everShown.current.add(sort);
  const keysOf = (kind: KeyKind, { keys, complete }: KeyList) =>
    complete ? keys : withShown(keys, namesIn([...everShown.current], kind));
  const known = columnsOf(keysOf('parameter', parameters), keysOf('metric', metrics), entry);
  const isWanted = new Set(wanted);
  return {
    known,
    complete: parameters.complete && metrics.complete,
    shown: known.filter(({ sort }) => isWanted.has(sort)),
    everShown: everShown.current,
    chosen: chosen !== undefined,
    choose: (sorts) => {
      setChosen(sorts);
      keepChosenColumns(record.experiment_id, sorts);
    },
  };
}

/** Together with names that were shown without being among the first ones; how many runs have them nobody said. */
function withShown(keys: Key[], shown: string[]): Key[] {
  const names = new Set(keys.map(({ key }) => key));
  return [...keys, ...shown.filter((name) => !names.has(name)).map((key) => ({ key, runs: 0 }))];
}
