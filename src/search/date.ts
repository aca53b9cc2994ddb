const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[-+]\d{2}:\d{2})?)?$/;

/**
 * A date as ISO 8601 writes it, with or without a time; without a zone it is UTC.
 * @returns milliseconds since 1970, or nothing where there is no such date
 */
export function dateInMs(text: string): number | undefined {
  const parts = ISO.exec(text);
  if (!parts) return undefined;
  const [, year, month, day] = parts.map(Number);
  const hasTime = text.length > 10;
  const hasZone = hasTime && /(?:Z|[-+]\d{2}:\d{2})$/.test(text);
  const time = Date.parse(hasTime && !hasZone ? `${text}Z` : text);
  // Date.parse takes the 30th of February for the 2nd of March.
  const isRealDay = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
  return Number.isNaN(time) || !isRealDay ? undefined : time;
}
