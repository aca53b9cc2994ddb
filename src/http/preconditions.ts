import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../errors.js';

/** What the conditions of a request are held against. */
export interface Version {
  /** Quoted, and strong: another one after every change. */
  etag: string;
  modified: Date;
}

/** Throws where what is there, or that nothing is, is not what the client acts upon. */
export type Condition = (current: Version | undefined) => void;

/** Why a request is not performed: the client has what it asks for, or a condition of it does not hold. */
export interface Refusal {
  status: 304 | 412;
  header: keyof typeof NAMES;
}

const NAMES = {
  'if-match': 'If-Match',
  'if-unmodified-since': 'If-Unmodified-Since',
  'if-none-match': 'If-None-Match',
  'if-modified-since': 'If-Modified-Since',
} as const;

/**
 * The order of RFC 9110, section 13.2.2, up to If-Range. Packages such as `fresh` know only the two headers that save a
 * download, and none that guards a change.
 * @param current absent = nothing is there
 * @returns undefined where the request is to be performed
 */
export function refusalOf(method: string, headers: IncomingHttpHeaders, current?: Version): Refusal | undefined {
  const reads = method === 'GET' || method === 'HEAD';
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  if (match !== undefined) {
    if (!lists(match, current, false)) return { status: 412, header: 'if-match' };
  } else if (isModifiedSince(headers['if-unmodified-since'], current) === true) {
    return { status: 412, header: 'if-unmodified-since' };
  }
  if (noneMatch !== undefined) {
    return lists(noneMatch, current, true) ? { status: reads ? 304 : 412, header: 'if-none-match' } : undefined;
  }
  if (reads && isModifiedSince(headers['if-modified-since'], current) === false) {
    return { status: 304, header: 'if-modified-since' };
  }
  return undefined;
}

/** The last step of that order: a part is only of use to who has the rest of the same version. Tags are all we compare. */
export function takesRange(method: string, { 'if-range': tag }: IncomingHttpHeaders, { etag }: Version): boolean {
  return method === 'GET' && (tag === undefined || tag === etag);
}

/** @returns undefined for a request without conditions, for which nobody needs to look what is there */
export function conditionOf({ method, headers }: FastifyRequest): Condition | undefined {
  if (!Object.keys(NAMES).some((name) => name in headers)) return undefined;
  return (current) => {
    const refusal = refusalOf(method, headers, current);
    if (refusal?.status === 412) throw failed(refusal, headers, current);
  };
}

/** The answer to a condition that does not hold. */
export function failed({ header }: Refusal, headers: IncomingHttpHeaders, current: Version | undefined): AppError {
  const there = current
    ? `what holds for ${current.etag}, changed at ${current.modified.toUTCString()}`
    : 'what holds where nothing is';
  return new AppError('PRECONDITION_FAILED', undefined, {
    details: [{ field: NAMES[header], reason: `is ${headers[header]}`, allowed: there }],
  });
}

/** Tags may hold commas. */
const TAG = /(W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;

/** @param weakly whether a tag that is marked as weak counts; ours are none */
function lists(header: string, current: Version | undefined, weakly: boolean): boolean {
  if (!current) return false;
  if (header.trim() === '*') return true;
  return [...header.matchAll(TAG)].some(([, weak, tag]) => tag === current.etag && (weakly || weak === undefined));
}

/** @returns undefined where that can not be said: such headers are to be ignored */
function isModifiedSince(header: string | undefined, current: Version | undefined): boolean | undefined {
  const date = header === undefined ? undefined : dateOf(header);
  if (date === undefined || !current) return undefined;
  // Clients are told the second.
  return Math.floor(current.modified.getTime() / 1000) * 1000 > date;
}

/** The form of dates in headers, and the two that older clients may use; the last is in GMT without saying so. */
const DATE = /^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const RFC_850_DATE = /^\w{6,9}, \d{2}-\w{3}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
const ASCTIME_DATE = /^\w{3} \w{3} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

function dateOf(header: string): number | undefined {
  if (!DATE.test(header) && !RFC_850_DATE.test(header) && !ASCTIME_DATE.test(header)) return undefined;
  const date = Date.parse(header.endsWith('GMT') ? header : `${header} GMT`);
  return Number.isNaN(date) ? undefined : date;
}
