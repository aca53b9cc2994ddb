import { invalidParameter } from './wire-error.js';

/** The most characters (code points) of each value. */
export const LIMITS = {
  key: 250,
  modelKey: 255,
  parameterValue: 6_000,
  runTagValue: 8_000,
  experimentName: 500,
  experimentTagValue: 20_000,
  artifactLocation: 2_048,
  datasetName: 500,
  datasetDigest: 36,
} as const;

/** The most that one request names or asks for. */
export const MOST = {
  batch: { metrics: 1_000, params: 100, tags: 100, all: 1_000 },
  results: 50_000,
  datasetExperiments: 20,
  historyRuns: 100,
  bulkPoints: 25_000,
  intervalPoints: 2_500,
} as const;

const ALLOWED = /^[/\p{L}\p{N}_.\- :]*$/u;
const RULE =
  'Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).';

/** UTF-16 needs up to two units for a code point, so most texts need no counting. */
function isLonger(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  if (text.length > 2 * limit) return true;
  return Array.from(text).length > limit;
}

/** The text, or as much of it as the limit allows. */
export function cut(text: string, limit: number): string {
  return isLonger(text, limit) ? Array.from(text).slice(0, limit).join('') : text;
}

/** @throws WireError where the text is longer */
export function assertLength(text: string, limit: number, field: string): void {
  if (isLonger(text, limit)) throw invalidParameter(`'${field}' exceeds the maximum length of ${limit} characters`);
}

/**
 * Checks the key of a metric, parameter or tag: its characters, and that it does not change where it is taken for a path.
 * @param what what the key is called where it is too long
 * @throws WireError
 */
export function assertKey(key: string, field: string, what = field): void {
  if (!ALLOWED.test(key))
    throw invalidParameter(`Invalid value ${JSON.stringify(key)} for parameter '${field}' supplied: ${RULE}`);
  if (!isOwnPath(key)) {
    throw invalidParameter(
      `Invalid value ${JSON.stringify(key)} for parameter '${field}' supplied: Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '${normalised(key)}'`,
    );
  }
  assertLength(key, LIMITS.key, what);
}

/** Whether {@link assertKey} takes it. */
export function isKey(key: string): boolean {
  return ALLOWED.test(key) && isOwnPath(key) && !isLonger(key, LIMITS.key);
}

function isOwnPath(key: string): boolean {
  return normalised(key) === key && key !== '.' && !key.startsWith('..') && !key.startsWith('/');
}

/** As POSIX paths are: without empty, `.` and `..` segments. */
function normalised(key: string): string {
  const root = key.startsWith('/') ? '/' : '';
  const kept: string[] = [];
  for (const segment of key.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') kept.push(segment);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (!root) kept.push(segment);
  }
  return root + kept.join('/') || '.';
}
