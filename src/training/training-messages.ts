import type { TrainingOutcome } from './trainers/trainer.js';

/** What the supervisor asks a training process. */
export interface TrainingRequest {
  id: string;
  catalogue: string;
  input: Record<string, unknown>;
}

/** What comes back: a result, or what the trainer threw. */
export type TrainingAnswer = {
  id: string;
  /** How long it took, by the monotonic clock of the process that trained. */
  runMs: number;
} & ({ outcome: TrainingOutcome } | { error: string; traceback: string });
