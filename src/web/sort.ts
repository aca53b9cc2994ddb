/** How a list of runs is sorted. */
export interface Sort {
  /** `parameters.<name>`, `metrics.<name>` or an attribute of every run. */
  by: string;
  order: 'asc' | 'desc';
}

export const ATTRIBUTES = ['run_name', 'status', 'start_time', 'end_time'] as const;

export const NEWEST_FIRST: Sort = { by: 'start_time', order: 'desc' };

/** What an address says of a sort; what is no column of any run is the newest first, never an error. */
export function sortOf(by: string | undefined, order: 'asc' | 'desc' | undefined): Sort {
  const known = by !== undefined && (ATTRIBUTES.some((name) => name === by) || /^(parameters|metrics)\../s.test(by));
  return known ? { by, order: order ?? 'asc' } : { ...NEWEST_FIRST, ...(order && { order }) };
}

/**
 * The same in the server's language, where a name may hold spaces and signs between quotes. Parameters are texts there, but most
 * that are sorted by are numbers.
 */
export function orderOf({ by, order }: Sort): string {
  const dot = by.indexOf('.');
  if (dot < 0) return `attributes.${by} ${order}`;
  const name = by.slice(dot + 1);
  const quote = name.includes('"') ? '`' : '"';
  const field = `${by.slice(0, dot)}.${quote}${name}${quote}`;
  return `${by.startsWith('parameters.') ? `number(${field})` : field} ${order}`;
}
