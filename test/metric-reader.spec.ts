import fc from 'fast-check';
import { ListReader } from '../src/http/list-reader.js';
import { readMetrics } from '../src/mlflow/metric-reader.js';
import { NewMetrics } from '../src/runs/new-metrics.js';

const METRIC = '{"key":"loss","value":0.5,"timestamp":1700000000000,"step":3}';

const metric = fc.record(
  {
    key: fc.constantFrom('loss', 'a', 'val/accuracy', 'Größe µ', 'lr-Adam', 'x y'),
    value: fc.double({ noNaN: true, noDefaultInfinity: true }),
    timestamp: fc.nat(2_000_000_000_000),
    step: fc.nat(1_000_000),
  },
  { noNullPrototype: true },
);

/** As Python's `json.dumps` does. No text of these tests holds a colon or a comma. */
const asPython = (json: string) => json.replaceAll(':', ': ').replaceAll(',', ', ');

function pointsOf(list: NewMetrics) {
  return Object.fromEntries(list);
}

describe('a list of metrics', () => {
  it.each([
    ['JavaScript', (json: string) => json],
    ['Python', asPython],
  ])('as %s writes it is read as JSON.parse would, in its place', (_, spelled) => {
    fc.assert(
      fc.property(fc.array(metric, { minLength: 1, maxLength: 40 }), (given) => {
        const before = 'before';
        const json = spelled(JSON.stringify(given));
        const read = readMetrics(Buffer.from(`${before}${json}, "after"`), before.length);
        expect(read?.end).toBe(Buffer.byteLength(before + json));
        expect(read?.list.count).toBe(given.length);
        expect(pointsOf(read?.list as NewMetrics)).toEqual(pointsOf(NewMetrics.of(JSON.parse(json))));
      }),
    );
  });

  it('is never read as anything else, however it is changed', () => {
    const list = Buffer.from(`[${METRIC},${METRIC.replace('loss', 'acc')}]`);
    const change = fc.record({
      at: fc.nat(list.length - 1),
      byte: fc.constantFrom(...Buffer.from('"\\,:.{}[]-+eE019 \n\0')),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 3 }), fc.nat(list.length), (changes, size) => {
        const bytes = Buffer.from(list);
        for (const { at, byte } of changes) bytes[at] = byte;
        const cut = bytes.subarray(0, changes.length > 0 ? bytes.length : size);
        const read = readMetrics(cut, 0);
        if (!read) return;
        const plain: unknown = JSON.parse(cut.toString('utf8', 0, read.end));
        expect(pointsOf(read.list)).toEqual(pointsOf(NewMetrics.of(plain as Parameters<typeof NewMetrics.of>[0])));
      }),
      { numRuns: 20_000 },
    );
  });

  it.each([
    ['that is empty', '[]'],
    ['with a step that is missing', `[${METRIC.replace(',"step":3', '')}]`],
    ['with a text for a number', `[${METRIC.replace('0.5', '"NaN"')}]`],
    ['with NaN', `[${METRIC.replace('0.5', 'NaN')}]`],
    ['with a step below zero', `[${METRIC.replace('3}', '-3}')}]`],
    ['with one more field', `[${METRIC.replace('}', ',"model_id":"m-1"}')}]`],
    ['in another order', '[{"value":0.5,"key":"loss","timestamp":1,"step":3}]'],
    ['with another name', `[${METRIC.replace('"step"', '"stop"')}]`],
    ['with an escaped key', `[${METRIC.replace('loss', String.raw`l\u006fss`)}]`],
    ['with an illegal key', `[${METRIC.replace('loss', '../loss')}]`],
    ['with an empty key', `[${METRIC.replace('loss', '')}]`],
    ['with a key that is too long', `[${METRIC.replace('loss', 'a'.repeat(251))}]`],
    ['with a comma too many', `[${METRIC},]`],
    ['that does not end', `[${METRIC},${METRIC}`],
    ['in two spellings', `[${METRIC},${asPython(METRIC)}]`],
    ['that is none', METRIC],
  ])('%s is left to JSON.parse', (_, json) => {
    expect(readMetrics(Buffer.from(json), 0)).toBeUndefined();
  });
});

describe('a body with a list', () => {
  const reader = new ListReader('metrics', readMetrics);
  const bodyOf = (json: string) => reader.body(Buffer.from(json), JSON.parse) as Record<string, unknown> | undefined;

  it.each([
    `{"metrics":[${METRIC}]}`,
    `{"run_id":"a","metrics":[${METRIC}],"tags":[{"key":"ü","value":"\\"metrics\\""}]}`,
    ` { "run_id" : "ü" , "run_uuid" : "" ,\n"metrics" : [${METRIC}] } `,
  ])('is what it is without, and the list: %s', (json) => {
    const { metrics, ...rest } = bodyOf(json) as Record<string, unknown>;
    expect(metrics).toBeInstanceOf(NewMetrics);
    expect({ ...rest, metrics: [JSON.parse(METRIC)] }).toEqual(JSON.parse(json));
  });

  it.each([
    ['the list comes twice', `{"metrics":[${METRIC}],"metrics":[]}`],
    ['it comes again with escapes', `{"metrics":[${METRIC}],"metri\\u0063s":null}`],
    ['it is a part of something else', `{"a":{"metrics":[${METRIC}]}}`],
    ['it is named in a text', `{"a":"\\"metrics\\":[${METRIC.replaceAll('"', '\\"')}]"}`],
    ['something else comes first', `{"a":1,"metrics":[${METRIC}]}`],
    ['it comes late', `{"run_id":"${'a'.repeat(600)}","metrics":[${METRIC}]}`],
    ['there is none', '{"run_id":"a"}'],
    ['it is no list', '{"metrics":{}}'],
    ['it is not plain', '{"metrics":[{}]}'],
  ])('has to be parsed where %s', (_, json) => {
    expect(bodyOf(json)).toBeUndefined();
  });

  it('is no JSON where the rest is none', () => {
    expect(() => bodyOf(`{"metrics":[${METRIC}],}`)).toThrow(SyntaxError);
    expect(() => bodyOf(`{"metrics":[${METRIC}]`)).toThrow(SyntaxError);
  });
});
