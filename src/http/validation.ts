import { z } from 'zod';
import { AppError, type ErrorDetail } from '../errors.js';
import { allowedAt, fieldsAt } from './allowed-values.js';

const NUMERIC = new Set(['number', 'int']);

/** Turns what a zod schema refused into details that name the field, the fault and the way out. */
export function detailsOf(
  issues: readonly z.core.$ZodIssue[],
  schema?: z.ZodType,
  prefix: PropertyKey[] = [],
): ErrorDetail[] {
  return issues.flatMap((issue) => detailsOfIssue(issue, schema, prefix));
}

/** @throws AppError INVALID_INPUT with every fault of the value */
export function parseOrRefuse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  prefix: PropertyKey[] = [],
): z.infer<Schema> {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new AppError('INVALID_INPUT', undefined, { details: detailsOf(parsed.error.issues, schema, prefix) });
}

function detailsOfIssue(issue: z.core.$ZodIssue, schema: z.ZodType | undefined, prefix: PropertyKey[]): ErrorDetail[] {
  const path = [...prefix, ...issue.path];
  const field = path.length > 0 ? path.map(String).join('.') : 'body';
  if (issue.code === 'unrecognized_keys') {
    const known = schema ? fieldsAt(schema, issue.path) : [];
    return issue.keys.map((key) => ({
      field: [...path.map(String), key].join('.'),
      reason: 'is not a known field',
      ...(known.length > 0 && { allowed: `one of: ${known.join(', ')}` }),
    }));
  }
  const allowed = requirementOf(issue) ?? (schema && allowedAt(schema, issue.path));
  return [{ field, reason: reasonOf(issue), ...(allowed && { allowed }) }];
}

function reasonOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue.input, issue.expected);
    case 'too_small':
      if (NUMERIC.has(issue.origin)) return `is below ${issue.minimum}`;
      return issue.minimum === 1 ? 'is empty' : `has fewer than ${issue.minimum} ${partsOf(issue.origin)}`;
    case 'too_big':
      return NUMERIC.has(issue.origin)
        ? `is above ${issue.maximum}`
        : `has more than ${issue.maximum} ${partsOf(issue.origin)}`;
    case 'invalid_value':
      return issue.input === undefined ? 'is missing' : 'is not one of the allowed values';
    case 'invalid_union':
      return issue.input === undefined ? 'is missing' : `is ${describeType(issue.input)} that is not allowed`;
    default:
      return requirementOf(issue) === undefined ? issue.message : 'is malformed';
  }
}

function wrongType(input: unknown, expected: string): string {
  if (typeof input !== 'number' || !NUMERIC.has(expected)) {
    return `is ${describeType(input)}, expected ${expected === 'record' ? 'object' : expected}`;
  }
  // What a text of the address becomes when it is read as a number; JSON has no NaN.
  return Number.isNaN(input) ? 'is not a number' : `is ${input}`;
}

function partsOf(origin: string): string {
  return origin === 'string' ? 'characters' : 'items';
}

/** Messages of our own schemas say what a value must be. */
function requirementOf({ message }: z.core.$ZodIssue): string | undefined {
  return message.startsWith('must be ') ? message.slice('must be '.length) : undefined;
}

function describeType(input: unknown): string {
  if (input === null) return 'null';
  if (input === undefined) return 'missing';
  if (Array.isArray(input)) return 'an array';
  return typeof input === 'object' ? 'an object' : `a ${typeof input}`;
}
