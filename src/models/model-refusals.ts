import { AppError } from '../errors.js';

const MODEL_ID = /^m-[0-9a-f]{32}$/;

/** The same text, where a model may have it as its id. @throws AppError NOT_FOUND for every other text */
export function modelIdOf(text: string): string {
  if (MODEL_ID.test(text)) return text;
  throw unknownModel(text);
}

/** Why something can not be done to a model. The messages are those that MLflow's clients know. */
export function unknownModel(id: string): AppError {
  return new AppError('NOT_FOUND', `Logged model with ID '${id}' not found.`, {
    details: [{ field: 'model_id', reason: 'belongs to no model, or to a deleted one', allowed: 'the id of a model' }],
  });
}

export function unknownModelTag(id: string, key: string): AppError {
  return new AppError('NOT_FOUND', `No tag with key '${key}' found for model with ID '${id}'.`, {
    details: [{ field: 'key', reason: 'is no tag of this model', allowed: 'the key of one of its tags' }],
  });
}
