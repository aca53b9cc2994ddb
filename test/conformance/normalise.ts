import type { Case } from './replay.js';

/** What an answer is compared by. Times, ids and generated names are placeholders, so that two servers can agree. */
export interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** The texts that earlier cases gave, by the name that later cases call them. */
export type Kept = Map<string, string>;

const TIMES = new Set(['creation_time', 'last_update_time', 'creation_timestamp_ms', 'last_updated_timestamp_ms']);
/** What only some versions answer, and what no client reads. */
const DROPPED = new Set(['workspace']);
/** Lists of which the wire promises no order. */
const UNORDERED = new Set(['tags', 'params', 'dataset_inputs', 'model_inputs', 'model_outputs']);
const GENERATED_NAME = /^[a-z]+-[a-z]+-\d{1,3}$/;
const LONGEST = 400;

/** The body of an answer in a form that two servers can share. The same rules are in replay.py. */
export function describeBody(wanted: Case, status: number, body: unknown, text: string, kept: Kept): unknown {
  if (wanted.compare === 'status') return 'not compared';
  if (status >= 400) {
    if (!isObject(body) || !('error_code' in body)) return 'no error object';
    if (wanted.compare === 'code' || wanted.quirk) return { error_code: body.error_code };
    return { error_code: mask(body.error_code, kept), message: mask(body.message, kept, 'message') };
  }
  if (!isObject(body)) return mask(text, kept);
  // An upload may answer an empty object or nothing at all.
  if (wanted.request.startsWith('PUT ') && Object.keys(body).length === 0) return '';
  return mask(wanted.pick ? pickRows(body, ...wanted.pick) : body, kept);
}

/** The value at a dotted path such as `runs.0.info.run_id`; undefined where there is none. */
export function pick(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (found, step) => (Array.isArray(found) ? found[Number(step)] : isObject(found) ? found[step] : undefined),
      value,
    );
}

/** Of every row of one list only one value, so that a search reads as the names that it found. */
function pickRows(body: Record<string, unknown>, rows: string, path: string): Record<string, unknown> {
  const list = body[rows];
  return Array.isArray(list) ? { ...body, [rows]: list.map((row) => pick(row, path)) } : body;
}

function mask(value: unknown, kept: Kept, key = '', within = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => mask(item, kept, key));
    const unordered = UNORDERED.has(key) || (key === 'metrics' && within === 'data');
    return unordered ? items.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1)) : items;
  }
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => !DROPPED.has(name))
        .map(([name, item]) => [name, mask(item, kept, name, key)]),
    );
  }
  if (TIMES.has(key) && Number.isInteger(value)) return '<time>';
  return typeof value === 'string' ? maskText(value, kept, key) : value;
}

function maskText(text: string, kept: Kept, key: string): string {
  if (key === 'next_page_token') return '<token>';
  let masked = text;
  for (const [name, value] of [...kept].sort(([, a], [, b]) => b.length - a.length)) {
    if (value.length > 8 && !name.startsWith('token')) masked = masked.replaceAll(value, `\${${name}}`);
  }
  masked = masked
    .replace(/m-[0-9a-f]{32}/g, '<model_id>')
    .replace(/\b[0-9a-f]{32}\b/g, '<run_id>')
    .replace(/(mlflow-artifacts:\/)\d+(\/|$)/g, '$1<experiment_id>$2')
    .replace(/(experiment(?: with id)?[ =]|experiment with id=)\d+/gi, '$1<experiment_id>');
  if (key === 'experiment_id' && masked !== '0' && /^\d+$/.test(masked)) return '<experiment_id>';
  const characters = Array.from(masked);
  if (characters.length > LONGEST) return `${characters.slice(0, 20).join('')}… (${characters.length} characters)`;
  return GENERATED_NAME.test(masked) ? '<generated name>' : masked;
}

/** JSON with sorted keys; only its order matters, and only within one answer of one server. */
function sortKey(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    isObject(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item,
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
