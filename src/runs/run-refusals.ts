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

/** @param owner whose parameter it is, as MLflow says it: run ID='…' */
export function parameterChanged(owner: string, key: string, known: string, value: string): AppError {
  return new AppError(
    'PARAMETER_CHANGED',
    `Changing param values is not allowed. Param with key='${key}' was already logged with value='${known}' for ${owner}. Attempted logging new value '${value}'.`,
    {
      details: [
        {
          field: `params.${key}`,
          reason: `is '${known}' already`,
          allowed: 'the same value; parameters are written once',
        },
      ],
    },
  );
}
