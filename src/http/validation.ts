import { z } from 'zod';
import { AppError, type ErrorDetail } from '../errors.js';

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
    const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
    return issue.keys.map((key) => ({
      field: [...path.map(String), key].join('.'),
      reason: 'is not a known field',
      ...(known.length > 0 && { allowed: `one of: ${known.join(', ')}` }),
    }));
  }
  const allowed = requirementOf(issue) ?? allowedAt(schema, issue.path);
  return [{ field, reason: reasonOf(issue), ...(allowed && { allowed }) }];
}

function reasonOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (typeof issue.input !== 'number') return `is ${describeType(issue.input)}, expected ${issue.expected}`;
      // What a text of the address becomes when it is read as a number; JSON has no NaN.
      return Number.isNaN(issue.input) ? 'is not a number' : `is ${issue.input}`;
    case 'too_small':
      return `is below ${issue.minimum}`;
    case 'too_big':
      return `is above ${issue.maximum}`;
    case 'invalid_value':
      return 'is not one of the allowed values';
    default:
      return requirementOf(issue) === undefined ? issue.message : 'is malformed';
  }
}

/** Messages of our own schemas say what a value must be. */
function requirementOf({ message }: z.core.$ZodIssue): string | undefined {
  return message.startsWith('must be ') ? message.slice('must be '.length) : undefined;
}

function describeType(input: unknown): string {
  if (input === null) return 'null';
  if (input === undefined) return 'missing';
  if (Array.isArray(input)) return 'an array';
  return `a ${typeof input}`;
}

/** Says what a field takes, from the schema that the documentation shows. */
function allowedAt(schema: z.ZodType | undefined, path: readonly PropertyKey[]): string | undefined {
  if (!schema) return undefined;
  let node = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema | undefined;
  for (const part of path) node = node?.properties?.[String(part)];
  return node && describeSchema(node);
}

interface JsonSchema {
  type?: string;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  pattern?: string;
  properties?: Record<string, JsonSchema>;
}

function describeSchema({
  type,
  enum: values,
  minimum,
  maximum,
  maxLength,
  properties,
}: JsonSchema): string | undefined {
  if (values) return `one of: ${values.join(', ')}`;
  if (type === 'number' || type === 'integer') {
    const kind = type === 'integer' ? 'a whole number' : 'a number';
    const bounds = [minimum, maximum].filter(
      (bound) => bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER,
    );
    return bounds.length === 2
      ? `${kind} from ${minimum} to ${maximum}`
      : `${kind}${minimum === undefined ? '' : ` >= ${minimum}`}`;
  }
  if (type === 'object' && properties) return `a JSON object with: ${Object.keys(properties).join(', ')}`;
  if (type === 'string') return maxLength === undefined ? 'a string' : `a string of at most ${maxLength} characters`;
  return type;
}
