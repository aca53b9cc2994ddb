import { WireError } from './wire-error.js';
import type { WireFields } from './wire-fields.js';
import { assertKey, assertLength, cut, LIMITS } from './wire-limits.js';

/** Tags of a run: values that are too long are cut. @param list the field that holds them */
export function runTagsOf(fields: WireFields, list = 'tags'): [key: string, value: string][] {
  return fields.messages(list).map((tag) => {
    const key = tag.requiredString('key');
    assertKey(key, tag.nameOf('key'));
    return [key, cut(tag.string('value'), LIMITS.runTagValue)];
  });
}

/** Tags of a run that is created, which may have any name, but each only once. */
export function newRunTagsOf(fields: WireFields): Record<string, string> {
  const tags = new Map<string, string>();
  for (const tag of fields.messages('tags')) {
    const key = tag.requiredString('key');
    assertLength(key, LIMITS.key, tag.nameOf('key'));
    if (tags.has(key)) throw new WireError('BAD_REQUEST', `The tag ${JSON.stringify(key)} is given twice.`);
    tags.set(key, cut(tag.string('value'), LIMITS.runTagValue));
  }
  return Object.fromEntries(tags);
}

/** Tags of an experiment: values that are too long are refused. */
export function experimentTagsOf(fields: WireFields): Record<string, string> {
  return Object.fromEntries(
    fields.messages('tags').map((tag) => {
      const key = tag.requiredString('key');
      assertKey(key, tag.nameOf('key'));
      const value = tag.string('value');
      assertLength(value, LIMITS.experimentTagValue, tag.nameOf('value'));
      return [key, value];
    }),
  );
}
