import type { ByteRange } from './artifact-store.js';

/** `bytes=` with one range: first and last byte, only the first, or how many of the last. */
const SINGLE = /^bytes=\s*(?:(\d+)-(\d*)|-(\d+))\s*$/i;

/**
 * Reads a `Range` header.
 * @param size of the file, in bytes
 * @returns the range; `unsatisfiable` where it begins behind the end; undefined = answer all, as for several ranges and for
 * what is no range at all, which servers are told to ignore (RFC 9110, 14.2)
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const match = header === undefined ? null : SINGLE.exec(header);
  if (!match) return undefined;
  const [, first, last, suffix] = match;
  if (suffix !== undefined) {
    const length = Number(suffix);
    return length === 0 || size === 0 ? 'unsatisfiable' : { start: Math.max(size - length, 0), end: size - 1 };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return undefined;
  if (start >= size) return 'unsatisfiable';
  return { start, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}
