import { Id } from '../http/identifiers.js';
import { WireError } from './wire-error.js';
import type { WireFields } from './wire-fields.js';

/** The run that a request names, with hyphens; old clients call the field run_uuid. @throws WireError */
export function runIdOfRequest(fields: WireFields): string {
  const given = fields.string('run_id') || fields.string('run_uuid');
  if (given === '') throw fields.missing('run_id');
  const { success, data } = Id.safeParse(given);
  if (success) return data;
  throw new WireError('RESOURCE_DOES_NOT_EXIST', `Run with id=${given} not found`);
}
