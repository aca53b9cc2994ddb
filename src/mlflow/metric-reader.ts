import { NewMetrics } from '../runs/new-metrics.js';
import type { NewPoints } from '../runs/series-chunk.js';
import { JsonBytes, Literal, NONE } from './json-bytes.js';
import { isKey } from './wire-limits.js';

/** What stands between the fields of metrics, all of them in the order of the protocol's message. */
class Spelling {
  readonly key: Literal;
  readonly value: Literal;
  readonly timestamp: Literal;
  readonly step: Literal;
  readonly next: Literal;

  /** @param colon between name and value @param comma between fields and between metrics */
  constructor(colon: string, comma: string) {
    this.key = new Literal(`{"key"${colon}`);
    this.value = new Literal(`${comma}"value"${colon}`);
    this.timestamp = new Literal(`${comma}"timestamp"${colon}`);
    this.step = new Literal(`${comma}"step"${colon}`);
    this.next = new Literal(`}${comma}`);
  }
}

/** As Python writes it and, because what it begins with begins the former too, only then as JavaScript and most others do. */
const SPELLINGS = [new Spelling(': ', ', '), new Spelling(':', ',')];

const OPEN = new Literal('[');
const CLOSE = new Literal('}]');

/** A metric that the list has named. */
interface NamedMetric {
  points: NewPoints;
  quoted: Literal;
  /** Which metric came after it the last time, as it mostly will again. */
  follower?: NamedMetric;
}

/**
 * Reads a list of metrics, as clients write it, from its bytes: in a third to a half of the time that objects take.
 * @param bytes in UTF-8
 * @param at the index of the list's bracket
 * @returns the metrics, and the index behind the list; undefined where it is written in another way, or is not legal
 */
export function readMetrics(bytes: Buffer, at: number): { list: NewMetrics; end: number } | undefined {
  const reader = new MetricReader(bytes);
  const end = reader.read(at);
  return end === NONE ? undefined : { list: reader.list, end };
}

/** As those of {@link JsonBytes}, each method answers with the index behind what it has read. */
class MetricReader {
  readonly list = new NewMetrics();
  readonly #json: JsonBytes;
  readonly #named = new Map<string, NamedMetric>();
  #last: NamedMetric | undefined;

  constructor(bytes: Buffer) {
    this.#json = new JsonBytes(bytes);
  }

  read(at: number): number {
    const begin = this.#json.literal(at, OPEN);
    const spelling = SPELLINGS.find(({ key }) => this.#json.literal(begin, key) !== NONE);
    if (!spelling) return NONE;
    let end = NONE;
    let next = begin;
    while (next !== NONE) {
      end = this.#metric(next, spelling);
      next = this.#json.literal(end, spelling.next);
    }
    return this.#json.literal(end, CLOSE);
  }

  /** Up to its closing brace, and adds it. */
  #metric(at: number, { key, value, timestamp, step }: Spelling): number {
    const json = this.#json;
    const begin = json.literal(at, key);
    let metric = this.#last?.follower;
    let end = metric ? json.literal(begin, metric.quoted) : NONE;
    if (end === NONE) {
      end = json.string(begin);
      metric = end === NONE ? undefined : this.#metricOf(json.text);
    }
    end = json.decimal(json.literal(end, value));
    const valueRead = json.number;
    end = json.whole(json.literal(end, timestamp));
    const timestampRead = json.number;
    end = json.whole(json.literal(end, step));
    if (end === NONE || !metric) return NONE;
    this.list.append(metric.points, json.number, timestampRead, valueRead);
    if (this.#last) this.#last.follower = metric;
    this.#last = metric;
    return end;
  }

  /** Nothing for what is no legal key. */
  #metricOf(key: string): NamedMetric | undefined {
    let metric = this.#named.get(key);
    if (!metric && isKey(key)) {
      metric = { points: this.list.pointsOf(key), quoted: new Literal(`"${key}"`) };
      this.#named.set(key, metric);
    }
    return metric;
  }
}
