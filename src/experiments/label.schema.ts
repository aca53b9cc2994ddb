import { z } from 'zod';
import { isStorableText } from '../search/value-text.js';

/** Everything that the language knows of a key, so that what is stored here can be read by MLflow's clients. */
const KEY = /^[/\p{L}\p{M}\p{N}_.\- :]+$/u;
const KEY_RULE =
  'must be 1 to 250 letters, digits, and _ - . : / or spaces, and no path that means another: no leading, trailing or double slash, no . or .. between slashes';

/** The most characters of a value. */
export const TAG_VALUE_LIMIT = 8_000;
export const PARAMETER_VALUE_LIMIT = 6_000;

/** Text that the database can keep: it has no NUL, and no half of a surrogate pair. */
export const storableText = (max: number) =>
  z.string().max(max).refine(isStorableText, 'must be text without NUL characters and unpaired surrogates');

/** What people call a record. */
export const nameText = (max: number) =>
  storableText(max)
    .min(1)
    .refine((text) => text.trim() !== '', 'must hold more than blanks');

/** The key of a metric, parameter or tag. */
export const LabelKey = z.string().min(1, KEY_RULE).max(250, KEY_RULE).refine(isKey, KEY_RULE);

function isKey(text: string): boolean {
  const segments = text.split('/');
  const isPlain = segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..');
  return KEY.test(text) && isPlain && !text.startsWith('..');
}

/** Values by key. */
export const labelsOf = <Value extends z.ZodType>(value: Value) =>
  z.record(LabelKey, value, {
    error: (issue) => (issue.code === 'invalid_key' ? KEY_RULE : undefined),
  });

export const Tags = labelsOf(storableText(TAG_VALUE_LIMIT));
/** Changes of tags. */
export const TagChanges = labelsOf(storableText(TAG_VALUE_LIMIT).nullable());
