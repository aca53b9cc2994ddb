import { z } from 'zod';

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** A uuid as the documentation shows it. */
export const EXAMPLE_ID = '019aa3c4-5b1e-7c3a-9d42-2f6b8e1a7c05';

/** The id of a run or task, in both spellings; answers the one with hyphens, in lower case. */
export const Id = z
  .string()
  .regex(UUID, 'must be a uuid, with or without hyphens')
  .meta({ examples: [EXAMPLE_ID] })
  .transform((text) => {
    const hex = text.replaceAll('-', '').toLowerCase();
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  });

/** The spelling of MLflow: 32 hex digits. */
export function runIdOf(taskId: string): string {
  return taskId.replaceAll('-', '');
}
