import { runIdOf } from '../http/identifiers.js';
import { runLocation } from '../runs/artifact-location.js';
import type { RunInputRecord } from '../runs/dataset.repository.js';
import type { JsonNumber } from '../runs/json-number.js';
import type { RunRecord } from '../runs/run.repository.js';
import { RUN_NAME_TAG } from '../runs/run-name.js';

const LARGEST = Number.MAX_VALUE;
/** From here on Python writes a number with an exponent. */
const EXPONENT_FROM = 1e16;

// TypeScript does not know it yet.
const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => object };

/**
 * A value of the wire for JSON.stringify: it has NaN as a text, and knows no infinities. A whole one has a point or an exponent, as
 * there are clients that would read a column of 0.5 and 1 as of two types.
 */
export function wireNumber(value: JsonNumber | number): number | object | 'NaN' {
  if (value === 'NaN' || Number.isNaN(value)) return 'NaN';
  const number = Math.min(Math.max(Number(value), -LARGEST), LARGEST);
  if (!Number.isInteger(number)) return number;
  return rawJSON(Math.abs(number) < EXPONENT_FROM ? number.toFixed(1) : number.toExponential());
}

export function wireRunInfo(run: RunRecord) {
  const id = runIdOf(run.id);
  return {
    run_uuid: id,
    experiment_id: String(run.experimentId),
    run_name: run.name,
    user_id: run.userName,
    status: run.status,
    start_time: run.startTime ?? undefined,
    // Clients say 0 for a run without an end, and are not told it.
    end_time: run.endTime || undefined,
    artifact_uri: runLocation(run),
    lifecycle_stage: run.lifecycle,
    run_id: id,
  };
}

/** Lists that are empty are left out. */
export function wireRunData({ metrics, parameters, tags, name }: RunRecord) {
  return {
    metrics: listOf(
      metrics.map(([key, value, step, timestamp]) => ({ key, value: wireNumber(value), timestamp, step })),
    ),
    params: listOf(keyValues(parameters)),
    tags: [...keyValues(tags), { key: RUN_NAME_TAG, value: name }],
  };
}

export function wireDatasetInput({ tags, dataset }: RunInputRecord) {
  return {
    tags: listOf(keyValues(tags)),
    dataset: {
      name: dataset.name,
      digest: dataset.digest,
      source_type: dataset.sourceType,
      source: dataset.source,
      schema: dataset.schema ?? undefined,
      profile: dataset.profile ?? undefined,
    },
  };
}

export function keyValues(record: Record<string, string>): { key: string; value: string }[] {
  return Object.entries(record).map(([key, value]) => ({ key, value }));
}

export function listOf<Item>(items: Item[]): Item[] | undefined {
  return items.length > 0 ? items : undefined;
}
