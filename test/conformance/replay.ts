import { randomBytes } from 'node:crypto';
import { type IncomingMessage, request } from 'node:http';
import { type Answer, describeBody, type Kept, pick } from './normalise.js';

/** A request as data, and what of its answer counts. */
export interface Case {
  /** Unique; how the recording calls it. */
  name: string;
  /** Method and path; a path without a leading slash is under /api/2.0/mlflow/. */
  request: string;
  /** Parameters of the address; a list repeats its parameter. */
  query?: Record<string, unknown>;
  /** Sent as JSON, in ASCII as Python's json does it. */
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  text?: string;
  /** Sent without a Content-Length. */
  chunked?: boolean;
  /** Headers to send. */
  send?: Record<string, string>;
  /** Headers of the answer that are compared. */
  headers?: string[];
  /** What later cases call the value at a path of the answer. */
  keep?: Record<string, string>;
  /** A list of the answer, and the path of the one value that is compared of its rows. */
  pick?: [string, string];
  /** How much is compared: all, of errors only the code, or the status alone. */
  compare?: 'all' | 'code' | 'status';
  /** An accident of the reference that nobody has to repeat; recorded and not compared. */
  quirk?: boolean;
}

const API = '/api/2.0/mlflow/';
const ANSWER_LIMIT_MS = 60_000;

class MissingValue extends Error {}

/** An answer as it came. The path has no parameters; the body is undefined where it is no JSON. */
export interface RawAnswer {
  method: string;
  path: string;
  status: number;
  body: unknown;
}

/**
 * Sends the cases in order, because later ones use what earlier ones made.
 * @param see gets every answer, too
 * @returns what is compared, by the names of the cases
 */
export async function replay(
  origin: string,
  cases: Case[],
  see: (answer: RawAnswer) => void = () => {},
): Promise<Map<string, Answer>> {
  const kept: Kept = new Map([['u', `u${randomBytes(4).toString('hex')}`]]);
  const answers = new Map<string, Answer>();
  for (const one of cases) {
    answers.set(
      one.name,
      await runCase(origin, one, kept, see).catch((error: unknown) => ({
        status: 0,
        body: `not answered: ${String(error)}`,
      })),
    );
  }
  return answers;
}

async function runCase(origin: string, wanted: Case, kept: Kept, see: (answer: RawAnswer) => void): Promise<Answer> {
  const response = await send(origin, wanted, kept);
  const text = await textOf(response);
  const body = parse(text);
  for (const [name, path] of Object.entries(wanted.keep ?? {})) {
    const value = pick(body, path);
    if (typeof value === 'string') kept.set(name, value);
  }
  const status = response.statusCode ?? 0;
  const { method, path } = addressOf(wanted, kept);
  see({ method, path: path.split('?', 1)[0], status, body });
  const answer: Answer = { status, body: describeBody(wanted, status, body, text, kept) };
  if (wanted.headers) {
    // A file name may stand in quotes.
    const seen = wanted.headers.map((name) => [name, String(response.headers[name] ?? '').replaceAll('"', '')]);
    answer.headers = Object.fromEntries(seen) as Record<string, string>;
  }
  return answer;
}

/** By node:http, because fetch would resolve the dots of a path that climbs. */
function send(origin: string, wanted: Case, kept: Kept): Promise<IncomingMessage> {
  const { hostname, port } = new URL(origin);
  const { method, path } = addressOf(wanted, kept);
  const body = bodyOf(wanted, kept);
  const headers: Record<string, string | number> = {
    ...(wanted.body !== undefined && { 'Content-Type': 'application/json' }),
    ...wanted.send,
  };
  if (wanted.chunked) headers['Transfer-Encoding'] = 'chunked';
  else if (body !== undefined || method !== 'GET') headers['Content-Length'] = Buffer.byteLength(body ?? '');
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { hostname, port, method, path: path + queryOf(wanted, kept), headers, timeout: ANSWER_LIMIT_MS, agent: false },
      resolve,
    );
    outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer within ${ANSWER_LIMIT_MS} ms`)));
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

function addressOf(wanted: Case, kept: Kept): { method: string; path: string } {
  const [method, rest] = wanted.request.split(/ (.*)/s);
  return { method, path: fill(rest.startsWith('/') ? rest : API + rest, kept) as string };
}

function bodyOf(wanted: Case, kept: Kept): string | undefined {
  if (wanted.body === undefined) return wanted.text === undefined ? undefined : String(fill(wanted.text, kept));
  return JSON.stringify(fill(wanted.body, kept)).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function queryOf(wanted: Case, kept: Kept): string {
  const pairs = Object.entries(wanted.query ?? {}).flatMap(([name, value]) =>
    [fill(value, kept)].flat().map((item) => `${name}=${encodeURIComponent(String(item))}`),
  );
  return pairs.length > 0 ? `?${pairs.join('&')}` : '';
}

/**
 * Replaces `${name}` in texts, and `{"$repeat": text, "times": n, "then": end}` and `{"$list": item, "count": n}` by what
 * they describe.
 * @throws MissingValue where no earlier case gave the name
 */
function fill(value: unknown, kept: Kept): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\{(\w+)\}/g, (_, name: string) => {
      const found = kept.get(name);
      if (found === undefined) throw new MissingValue(`no earlier case gave ${name}`);
      return found;
    });
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, kept));
  if (typeof value !== 'object' || value === null) return value;
  const entries = value as Record<string, unknown>;
  if ('$repeat' in entries)
    return String(entries.$repeat).repeat(Number(entries.times)) + fill(entries.then ?? '', kept);
  if ('$list' in entries) {
    return Array.from({ length: Number(entries.count) }, (_, i) =>
      fill(entries.$list, new Map([...kept, ['i', String(i)]])),
    );
  }
  return Object.fromEntries(Object.entries(entries).map(([name, item]) => [name, fill(item, kept)]));
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
