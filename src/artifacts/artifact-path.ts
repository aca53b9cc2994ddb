import { AppError } from '../errors.js';

/** Where uploads are written first: below the root, so that a rename moves them. No artifact may have this name. */
export const INCOMING = '.incoming';

const MAX_PATH_BYTES = 4096;
const MAX_SEGMENT_BYTES = 255;
const MAX_SEGMENTS = 100;

const ALLOWED =
  'names separated by /, relative to the root, without .. or . and without control characters, \\, : or #';

/** Names of devices on Windows, with or without an extension: refused everywhere, so that files can move. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Control characters, line separators, and the marks that make a name read in another order than it is written. */
const INVISIBLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** Bytes that no UTF-8 holds; lenient decoders read a slash or a dot out of them. */
const OVERLONG = /%c[01]/i;

/** What a path made of escapes can be misread by, where the text as a whole is no valid encoding. */
const STRUCTURE = /%(2e|2f|5c|3a|00|25)/gi;

/** A path that was checked: its names from the root down. Only {@link checkedPath} makes them; none = the root itself. */
export type ArtifactPath = readonly string[] & { readonly checked: unique symbol };

/**
 * The only way from a client's text to a path. The names are kept as they are written, so that `a%20b` and `a b` stay two
 * files, but whatever further decoding could make of them must be harmless too.
 * @param text decoded once, as the router and the query parser do
 * @throws AppError INVALID_INPUT for everything that could lead elsewhere or can not be stored everywhere
 */
export function checkedPath(text: string): ArtifactPath {
  if (Buffer.byteLength(text) > MAX_PATH_BYTES) throw refused(`is longer than ${MAX_PATH_BYTES} bytes`);
  const segments = segmentsOf(text);
  for (let before = text, after = decoded(text); after !== before; before = after, after = decoded(after)) {
    segmentsOf(after);
  }
  return segments as unknown as ArtifactPath;
}

/** The same for a path that must name something below the root. */
export function checkedFilePath(text: string): ArtifactPath {
  return belowRoot(checkedPath(text));
}

function belowRoot(path: ArtifactPath): ArtifactPath {
  if (path.length === 0) throw refused('is empty');
  return path;
}

/**
 * The same for what is only looked at: MLflow's clients write `./a` as `a` when they store a file, and as it is when they
 * ask for it. A path from the root of the file system, and one without any name, stay refused.
 */
export function checkedLookup(text: string): ArtifactPath {
  const names = text.split('/').filter((name) => name !== '' && name !== '.');
  return checkedPath(text.startsWith('/') || names.length === 0 ? text : names.join('/'));
}

/** The same for a path that must name something below the root. */
export function checkedFileLookup(text: string): ArtifactPath {
  return belowRoot(checkedLookup(text));
}

/** The same for a path that a file is to get, which is not written as that of a folder. */
export function checkedNewPath(text: string): ArtifactPath {
  if (text.endsWith('/')) throw refused('ends in a slash, as that of a folder');
  return checkedFilePath(text);
}

/** @returns the path `below` as seen from `root` */
export function joined(root: ArtifactPath, below: ArtifactPath): ArtifactPath {
  return [...root, ...below] as unknown as ArtifactPath;
}

/** @returns the folder that `path`, which is not the root, stands in */
export function parentOf(path: ArtifactPath): ArtifactPath {
  return path.slice(0, -1) as unknown as ArtifactPath;
}

/** The answer to every path that is not taken. */
export function refused(reason: string): AppError {
  return new AppError('INVALID_INPUT', 'Invalid path', { details: [{ field: 'path', reason, allowed: ALLOWED }] });
}

function segmentsOf(text: string): string[] {
  if (text === '') return [];
  const segments = (text.endsWith('/') ? text.slice(0, -1) : text).split('/');
  if (segments.length > MAX_SEGMENTS) throw refused(`has more than ${MAX_SEGMENTS} names`);
  for (const segment of segments) {
    const reason = faultOf(segment);
    if (reason) throw refused(reason);
  }
  return segments;
}

function faultOf(segment: string): string | undefined {
  if (segment === '') return 'has an empty name, or begins with a slash';
  if (segment === '.' || segment === '..') return `holds the name ${segment}`;
  if (/[\\:#]/.test(segment)) return 'holds \\, : or #';
  if (INVISIBLE.test(segment) || !segment.isWellFormed()) return 'holds characters that can not be shown';
  if (OVERLONG.test(segment)) return 'holds bytes that are not UTF-8';
  if (/[. ]$/.test(segment)) return 'holds a name that ends in a dot or a space';
  if (DEVICE.test(segment)) return 'holds the name of a device';
  return Buffer.byteLength(segment) > MAX_SEGMENT_BYTES
    ? `holds a name of more than ${MAX_SEGMENT_BYTES} bytes`
    : undefined;
}

/** One more decoding. Names such as `image%step%1%…` are no encoding of anything; in them only the dangerous is decoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(STRUCTURE, decodeURIComponent);
  }
}
