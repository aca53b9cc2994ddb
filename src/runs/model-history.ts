/** The tag in which runs of MLflow 2 list the models that they logged: a JSON list, the newest last. */
export const MODEL_HISTORY_TAG = 'mlflow.log-model.history';

/** @param history the tag's text; absent or no list = empty, as clients may write what they like to a tag */
export function withModel(history: string | undefined, model: object): string {
  return JSON.stringify([...listIn(history), model]);
}

function listIn(history: string | undefined): unknown[] {
  try {
    const list: unknown = JSON.parse(history ?? '[]');
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}
