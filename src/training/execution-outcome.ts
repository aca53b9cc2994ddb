import { jsonNumber } from '../runs/json-number.js';
import type { Claim, Outcome } from '../tasks/execution.repository.js';
import type { TrainingOutcome } from './trainers/trainer.js';

function storableNumbers(values: Record<string, number>): Record<string, number | string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, jsonNumber(value)]));
}

/** What a training that came to its end leaves in the database. */
export function outcomeOf({ id, attempt, input }: Claim, trained: TrainingOutcome, runMs: number): Outcome {
  const metrics = storableNumbers(trained.metrics);
  return {
    id,
    attempt,
    state: 'SUCCESS',
    runMs,
    result: { ...input, ...metrics },
    metrics,
    model: { ...trained.model },
    error: null,
    traceback: null,
    warnings: trained.warnings,
  };
}

/** What a trainer that threw leaves. */
export function failureOf(
  { id, attempt }: Pick<Claim, 'id' | 'attempt'>,
  thrown: { runMs: number; error: string; traceback?: string },
): Outcome {
  return {
    id,
    attempt,
    state: 'FAILURE',
    runMs: thrown.runMs,
    result: null,
    metrics: null,
    model: null,
    error: storableText(thrown.error),
    traceback: thrown.traceback === undefined ? null : storableText(thrown.traceback),
    warnings: [],
  };
}

/** The database keeps no NUL and no half of a surrogate pair. */
function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

/** A probe trains nothing. */
export function probeOutcome({ id, attempt }: Claim): Outcome {
  return {
    id,
    attempt,
    state: 'SUCCESS',
    runMs: 0,
    result: null,
    metrics: null,
    model: null,
    error: null,
    traceback: null,
    warnings: [],
  };
}
