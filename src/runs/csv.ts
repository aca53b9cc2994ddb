/** What a spreadsheet takes for the beginning of a formula. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^-?(\d+(\.\d+)?([eE][-+]?\d+)?|Infinity)$/;

/** What must stand between quotes, and what others than we take for the end of a cell. */
const QUOTED = /[",;\t\r\n]/;

/**
 * One row of RFC 4180. A cell that a spreadsheet would run is given an apostrophe in front, unless it is a plain number.
 * @param cells null = empty
 */
export function csvRow(cells: readonly (string | number | null)[]): string {
  return `${cells.map(cellOf).join(',')}\r\n`;
}

function cellOf(cell: string | number | null): string {
  if (cell === null) return '';
  const text = String(cell);
  const isSafe = typeof cell === 'number' || NUMBER.test(text) || !FORMULA.test(text);
  const guarded = isSafe ? text : `'${text}`;
  return QUOTED.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}
