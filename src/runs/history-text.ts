import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { jsonNumber } from './json-number.js';
import type { Point, Points } from './series-chunk.js';

/** Points that are written into one piece of text. */
const PIECE = 2_000;

export type HistoryFormat = 'jsonl' | 'csv';
export const HISTORY_TYPES: Record<HistoryFormat, string> = {
  jsonl: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
};

export function jsonPoint({ step, timestamp, value }: Point) {
  return { step, timestamp, value: jsonNumber(value) };
}

/** A whole history, a line a point, piece by piece. Others have a turn in between, however fast the client reads. */
export async function* historyText(history: AsyncIterable<Points>, format: HistoryFormat): AsyncGenerator<string> {
  if (format === 'csv') yield 'step,timestamp,value\r\n';
  for await (const { steps, timestamps, values } of history) {
    for (let start = 0; start < values.length; start += PIECE) {
      let piece = '';
      for (let i = start; i < Math.min(start + PIECE, values.length); i++) {
        piece +=
          format === 'csv'
            ? `${steps[i]},${timestamps[i]},${values[i]}\r\n`
            : `{"step":${steps[i]},"timestamp":${timestamps[i]},"value":${JSON.stringify(jsonNumber(values[i]))}}\n`;
      }
      yield piece;
      await turnOfTheLoop();
    }
  }
}
