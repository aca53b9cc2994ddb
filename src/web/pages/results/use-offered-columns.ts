import { useQuery } from '@tanstack/react-query';
import type { KeyKind } from '../../api/client';
import { keysWithPrefixQuery } from '../../api/queries';
import { type Column, columnsOf } from './columns';
import type { Columns } from './use-columns';
import { useSettled } from './use-settled';

/** So many names are offered at once; a part of the name finds the others. */
const OFFERED = 100;
/** Who types faster asks once for the whole word and not at every letter. */
const PAUSE_MS = 200;

export interface OfferedColumns {
  columns: Column[];
  /** How many others match; undefined = some may, nobody counted them. */
  more?: number;
  loading: boolean;
  error: Error | null;
  retry: () => void;
}

/**
 * The columns whose names match what somebody types. Where the experiment has more names than one answer holds, the server is
 * asked, which finds them by how they begin; else all are here, and any part of a name finds them.
 */
export function useOfferedColumns(
  experimentId: number,
  { known, complete, everShown }: Columns,
  wanted: string,
): OfferedColumns {
  const prefix = useSettled(wanted, PAUSE_MS);
  const enabled = !complete && prefix !== '';
  const query = (kind: KeyKind) => keysWithPrefixQuery(experimentId, { kind, prefix, limit: OFFERED });
  const parameters = useQuery({ ...query('parameter'), enabled });
  const metrics = useQuery({ ...query('metric'), enabled });
  const searched = !complete && wanted !== '';
  const found = searched ? columnsOf(parameters.data?.keys ?? [], metrics.data?.keys ?? [], undefined) : [];
  const bySort = new Map([...found, ...known].map((column) => [column.sort, column]));
  const matching = [...bySort.values()].filter(({ name }) =>
    complete ? contains(name, wanted) : name.startsWith(wanted),
  );
  const columns = matching.filter(({ sort }, i) => i < OFFERED || everShown.has(sort));
  const loading = searched && (prefix !== wanted || isAwaited(parameters) || isAwaited(metrics));
  const foundAll = searched && !loading && parameters.data?.complete && metrics.data?.complete;
  return {
    columns,
    more: complete || foundAll ? matching.length - columns.length : undefined,
    loading,
    error: searched ? (parameters.error ?? metrics.error) : null,
    retry: () => void Promise.all([parameters.refetch(), metrics.refetch()]),
  };
}

/** Whether the answer to the question that stands is still to come. */
function isAwaited({ isPending, isPlaceholderData }: { isPending: boolean; isPlaceholderData: boolean }): boolean {
  return isPending || isPlaceholderData;
}

function contains(name: string, part: string): boolean {
  return name.toLowerCase().includes(part.toLowerCase());
}
