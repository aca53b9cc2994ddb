import { refusalOf, takesRange } from '../src/http/preconditions.js';

const ETAG = '"a,b-1"';
/** Clients are told the second alone. */
const MODIFIED = 'Sun, 06 Nov 1994 08:49:37 GMT';
const EARLIER = 'Sun, 06 Nov 1994 08:49:36 GMT';
const current = { etag: ETAG, modified: new Date('1994-11-06T08:49:37.999Z') };

const refused = (method: string, headers: Record<string, string>, there: typeof current | undefined = current) =>
  refusalOf(method, headers, there)?.status;
const where = (method: string, headers: Record<string, string>) => refusalOf(method, headers)?.status;

describe('the conditions of a request', () => {
  it.each(['GET', 'HEAD', 'PUT', 'DELETE'])('that make none let %s pass', (method) => {
    expect([refused(method, {}), where(method, {})]).toEqual([undefined, undefined]);
  });

  it.each(['GET', 'HEAD', 'PUT', 'DELETE'])('by If-Match let %s pass for a version that is there', (method) => {
    for (const match of [ETAG, `"x", ${ETAG}`, `${ETAG},W/"x"`, '*', ' * ']) {
      expect(refused(method, { 'if-match': match })).toBeUndefined();
    }
    for (const match of ['"x"', '"a"', `W/${ETAG}`, 'a,b-1', '']) {
      expect(refused(method, { 'if-match': match })).toBe(412);
    }
    for (const match of [ETAG, '*']) expect(where(method, { 'if-match': match })).toBe(412);
  });

  it.each([
    ['GET', 304],
    ['HEAD', 304],
    ['PUT', 412],
    ['DELETE', 412],
  ])('by If-None-Match let %s pass for a version that is not there, else %i', (method, status) => {
    for (const match of [ETAG, `W/${ETAG}`, `"x", ${ETAG}`, '*']) {
      expect(refused(method, { 'if-none-match': match })).toBe(status);
      expect(where(method, { 'if-none-match': match })).toBeUndefined();
    }
    for (const match of ['"x"', 'W/"x"', '"a"', ''])
      expect(refused(method, { 'if-none-match': match })).toBeUndefined();
  });

  it.each(['GET', 'PUT'])('by If-Unmodified-Since let %s pass where nothing is newer', (method) => {
    expect(refused(method, { 'if-unmodified-since': MODIFIED })).toBeUndefined();
    expect(refused(method, { 'if-unmodified-since': EARLIER })).toBe(412);
    expect(where(method, { 'if-unmodified-since': EARLIER })).toBeUndefined();
  });

  it('by If-Modified-Since only ask reading whether something is newer', () => {
    for (const method of ['GET', 'HEAD']) {
      expect(refused(method, { 'if-modified-since': MODIFIED })).toBe(304);
      expect(refused(method, { 'if-modified-since': EARLIER })).toBeUndefined();
    }
    expect(refused('PUT', { 'if-modified-since': MODIFIED })).toBeUndefined();
  });

  it.each(['Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])('may hold a date like %s', (date) => {
    expect(refused('GET', { 'if-modified-since': date })).toBe(304);
    expect(refused('GET', { 'if-unmodified-since': date })).toBeUndefined();
  });

  it.each(['', 'yesterday', '1994', '0', 'Sun, 99 Nov 1994 08:49:37 GMT', `${EARLIER}, ${EARLIER}`])(
    'are ignored where they hold %j for a date',
    (date) => {
      expect(refused('GET', { 'if-modified-since': date })).toBeUndefined();
      expect(refused('GET', { 'if-unmodified-since': date })).toBeUndefined();
    },
  );

  it('are held in the order of the standard', () => {
    // Whoever knows tags does not mean the dates, which older servers read instead.
    expect(refused('PUT', { 'if-match': ETAG, 'if-unmodified-since': EARLIER })).toBeUndefined();
    expect(refused('GET', { 'if-none-match': '"x"', 'if-modified-since': MODIFIED })).toBeUndefined();
    expect(refused('GET', { 'if-none-match': ETAG, 'if-modified-since': EARLIER })).toBe(304);
    // What forbids comes before what saves a download.
    expect(refused('GET', { 'if-match': '"x"', 'if-none-match': ETAG })).toBe(412);
    expect(refused('GET', { 'if-match': ETAG, 'if-none-match': ETAG })).toBe(304);
    expect(refused('GET', { 'if-unmodified-since': EARLIER, 'if-none-match': ETAG })).toBe(412);
    expect(refused('GET', { 'if-unmodified-since': MODIFIED, 'if-modified-since': MODIFIED })).toBe(304);
    expect(refused('PUT', { 'if-match': ETAG, 'if-none-match': '*' })).toBe(412);
  });

  it('name the header that did not hold', () => {
    expect(refusalOf('PUT', { 'if-match': '"x"', 'if-none-match': '*' }, current)?.header).toBe('if-match');
  });
});

it('a part is only given to who has the rest, and only to GET', () => {
  expect(takesRange('GET', {}, current)).toBe(true);
  expect(takesRange('GET', { 'if-range': ETAG }, current)).toBe(true);
  for (const tag of ['"x"', `W/${ETAG}`, MODIFIED]) expect(takesRange('GET', { 'if-range': tag }, current)).toBe(false);
  expect(takesRange('HEAD', {}, current)).toBe(false);
});
