import { AppError } from '../errors.js';
import { runIdOf } from '../http/identifiers.js';

/** Why something can not be done to a run. The messages are those that MLflow's clients know. */
export function unknownRun(id: string): AppError {
  return new AppError('NOT_FOUND', `Run with id=${runIdOf(id)} not found`, {
    details: [{ field: 'run_id', reason: 'belongs to no run', allowed: 'the id that creating a run answered' }],
  });
}

export function notActive(id: string): AppError {
  return new AppError('NOT_ACTIVE', `The run ${runIdOf(id)} must be in the 'active' state. Current state is deleted.`, {
    details: [{ field: 'run_id', reason: 'is deleted', allowed: 'an active run; restore this one first' }],
  });
}

/** A parameter that has another value than the one that is given. */
export interface ParameterConflict {
  key: string;
  known: string;
  value: string;
}

/** Those of `parameters` that have another value in `known` or, given twice, before. */
export function conflictsOf(
  known: Record<string, string>,
  parameters: [key: string, value: string][],
): ParameterConflict[] {
  const values = new Map(Object.entries(known));
  const conflicts: ParameterConflict[] = [];
  for (const [key, value] of parameters) {
    const before = values.get(key) ?? value;
    if (before === value) values.set(key, value);
    else conflicts.push({ key, known: before, value });
  }
  return conflicts;
}

/** Parameters are written once. The message names the first conflict, the details name all. */
export class ParameterChanged extends AppError {
  /** @param owner whose parameters they are, as MLflow says it: run ID='…' @param conflicts at least one */
  constructor(
    readonly owner: string,
    readonly conflicts: ParameterConflict[],
  ) {
    const [{ key, known, value }] = conflicts;
    super(
      'PARAMETER_CHANGED',
      `Changing param values is not allowed. Param with key='${key}' was already logged with value='${known}' for ${owner}. Attempted logging new value '${value}'.`,
      {
        details: conflicts.map((conflict) => ({
          field: `params.${conflict.key}`,
          reason: `is '${conflict.known}' already`,
          allowed: 'the same value; parameters are written once',
        })),
      },
    );
    this.name = 'ParameterChanged';
  }
}
