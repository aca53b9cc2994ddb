import { hash } from 'node:crypto';

/** What a trained model is as a file of its run. */
export interface ModelFile {
  path: 'model.json';
  text: string;
  /** Of the text in UTF-8, in hex. */
  sha256: string;
}

/** What of a task makes the file of its model. */
export interface ModelSource {
  catalogue: string | null;
  input: Record<string, unknown>;
  model: object | null;
}

/** The file of a task's model: the same text whenever it is asked for. Nothing where no model was trained. */
export function modelFileOf(task: ModelSource): ModelFile | undefined {
  if (!task.model) return undefined;
  const content = { experiment: task.catalogue, parameters: task.input, ...task.model };
  const text = `${JSON.stringify(content, null, 2)}\n`;
  return { path: 'model.json', text, sha256: hash('sha256', text) };
}
