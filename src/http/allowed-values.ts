import { z } from 'zod';

/** What is read of a JSON Schema. */
interface JsonSchema {
  $ref?: string;
  type?: string;
  format?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
}

type Definitions = Record<string, JsonSchema>;

/** A number or length as a bound for people: what no value reaches bounds nothing. */
type Bound = number | undefined;

/** Says in words what a schema takes at a place, from what the documentation shows of it. @param path from the whole value */
export function allowedAt(schema: z.ZodType, path: readonly PropertyKey[]): string | undefined {
  const { node, definitions } = nodeAt(schema, path);
  return node && describe(node, definitions);
}

/** The fields that an object at a place may have; none where it takes any. */
export function fieldsAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const { node, definitions } = nodeAt(schema, path);
  return node ? Object.keys(resolve(node, definitions).properties ?? {}) : [];
}

function nodeAt(schema: z.ZodType, path: readonly PropertyKey[]) {
  const whole = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema & { $defs?: Definitions };
  const definitions = whole.$defs ?? {};
  let node: JsonSchema | undefined = whole;
  for (const part of path) node = node && childOf(node, part, definitions);
  return { node, definitions };
}

function resolve(node: JsonSchema, definitions: Definitions): JsonSchema {
  const name = node.$ref?.split('/').at(-1);
  return name === undefined ? node : (definitions[name] ?? {});
}

function childOf(parent: JsonSchema, part: PropertyKey, definitions: Definitions): JsonSchema | undefined {
  const { properties = {}, items, additionalProperties, anyOf = [] } = resolve(parent, definitions);
  if (Object.hasOwn(properties, part)) return properties[String(part)];
  if (items && typeof part === 'number') return items;
  if (typeof additionalProperties === 'object') return additionalProperties;
  for (const one of anyOf) {
    const child = childOf(one, part, definitions);
    if (child) return child;
  }
  return undefined;
}

function describe(node: JsonSchema, definitions: Definitions): string | undefined {
  const schema = resolve(node, definitions);
  if (schema.enum) return `one of: ${schema.enum.join(', ')}`;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf) {
    const ways = schema.anyOf.map((one) => describe(one, definitions)).filter((words) => words !== undefined);
    return ways.length > 0 ? [...new Set(ways)].join(', or ') : undefined;
  }
  switch (schema.type) {
    case 'number':
    case 'integer':
      return describeNumber(schema);
    case 'string':
      return schema.format === 'date-time' ? 'a time such as 2026-01-31T12:00:00Z' : describeString(schema);
    case 'array':
      return describeArray(schema, definitions);
    case 'object':
      return describeObject(schema, definitions);
    case 'boolean':
      return 'true or false';
    default:
      return schema.type;
  }
}

function describeNumber({ type, minimum, maximum }: JsonSchema): string {
  const kind = type === 'integer' ? 'a whole number' : 'a number';
  const [from, to] = [minimum, maximum].map(meant);
  if (from !== undefined && to !== undefined) return `${kind} from ${from} to ${to}`;
  if (from !== undefined) return `${kind} >= ${from}`;
  return to === undefined ? kind : `${kind} <= ${to}`;
}

/** Whole numbers are bounded by what JavaScript counts exactly, which nobody asked for. */
function meant(bound: Bound): Bound {
  return bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER ? bound : undefined;
}

function describeString({ minLength, maxLength }: JsonSchema): string {
  if (maxLength !== undefined) {
    return minLength
      ? `a string of ${minLength} to ${maxLength} characters`
      : `a string of at most ${maxLength} characters`;
  }
  return minLength ? `a string of at least ${minLength} characters` : 'a string';
}

function describeArray({ items, minItems, maxItems }: JsonSchema, definitions: Definitions): string {
  const each = items && describe(items, definitions);
  const bounds = [minItems && `at least ${minItems}`, maxItems !== undefined && `at most ${maxItems}`].filter(Boolean);
  return `a list${bounds.length > 0 ? ` of ${bounds.join(' and ')}` : ''}${each ? `, each ${each}` : ''}`;
}

function describeObject({ properties, additionalProperties }: JsonSchema, definitions: Definitions): string {
  if (properties) return `a JSON object with: ${Object.keys(properties).join(', ')}`;
  const each = typeof additionalProperties === 'object' ? describe(additionalProperties, definitions) : undefined;
  return each ? `a JSON object whose values are each ${each}` : 'a JSON object';
}
