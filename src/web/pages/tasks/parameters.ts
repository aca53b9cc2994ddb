import { formatLimit } from '../../format';

/** One field of the form, from one property of the JSON Schema that an experiment serves. */
export interface Parameter {
  name: string;
  kind: 'number' | 'integer' | 'choice' | 'text' | 'json';
  description?: string;
  default?: unknown;
  required: boolean;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  /** Of a choice; the field holds the number of one of them. */
  choices: unknown[];
}

/** What a parameter refuses, in the server's words. */
export interface Fault {
  reason: string;
  allowed?: string;
}

interface JsonSchema {
  type?: string;
  enum?: unknown[];
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
}

export function parametersOf(schema: Record<string, unknown>): Parameter[] {
  const { properties = {}, required = [] } = schema as JsonSchema;
  return Object.entries(properties).map(([name, property]) => ({
    name,
    kind: kindOf(property),
    description: property.description,
    default: property.default,
    required: required.includes(name) && property.default === undefined,
    minimum: bound(property.minimum),
    maximum: bound(property.maximum),
    maxLength: property.maxLength,
    choices: property.type === 'boolean' ? [true, false] : (property.enum ?? []),
  }));
}

/** The text that a field holds for a value; none for an absent one. */
export function textOf(parameter: Parameter, value: unknown): string {
  if (value === undefined) return '';
  if (parameter.kind === 'choice') return String(Math.max(parameter.choices.indexOf(value), 0));
  return typeof value === 'string' && parameter.kind !== 'json' ? value : JSON.stringify(value);
}

/** What a field's text stands for. An empty field leaves the value to the server's default. */
export function readText(parameter: Parameter, text: string): { value?: unknown; fault?: Fault } {
  const trimmed = text.trim();
  if (trimmed === '')
    return parameter.required ? { fault: { reason: 'is missing', allowed: allowedOf(parameter) } } : {};
  switch (parameter.kind) {
    case 'number':
    case 'integer':
      return readNumber(parameter, trimmed);
    case 'choice':
      return { value: parameter.choices[Number(text)] };
    case 'json':
      return readJson(text);
    case 'text': {
      const tooLong = parameter.maxLength !== undefined && text.length > parameter.maxLength;
      return { value: text, ...(tooLong && { fault: { reason: 'is too long', allowed: allowedOf(parameter) } }) };
    }
  }
}

/** In words, as the server's errors say it. */
export function allowedOf({ kind, minimum, maximum, maxLength }: Parameter): string | undefined {
  if (kind === 'number' || kind === 'integer') {
    const noun = kind === 'integer' ? 'a whole number' : 'a number';
    if (minimum !== undefined && maximum !== undefined)
      return `${noun} from ${formatLimit(minimum)} to ${formatLimit(maximum)}`;
    if (minimum !== undefined) return `${noun} >= ${formatLimit(minimum)}`;
    return maximum === undefined ? noun : `${noun} <= ${formatLimit(maximum)}`;
  }
  return kind === 'text' && maxLength !== undefined ? `at most ${maxLength} characters` : undefined;
}

function readNumber(parameter: Parameter, text: string): { value: unknown; fault?: Fault } {
  const value = Number(text);
  const reason = faultOfNumber(parameter, value);
  // What is no number is sent as it stands, so that the command under the form says the same as the form.
  return {
    value: Number.isFinite(value) ? value : text,
    ...(reason && { fault: { reason, allowed: allowedOf(parameter) } }),
  };
}

function faultOfNumber({ kind, minimum, maximum }: Parameter, value: number): string | undefined {
  if (!Number.isFinite(value)) return 'is not a number';
  if (kind === 'integer' && !Number.isInteger(value)) return 'is not a whole number';
  if (minimum !== undefined && value < minimum) return `is below ${formatLimit(minimum)}`;
  return maximum !== undefined && value > maximum ? `is above ${formatLimit(maximum)}` : undefined;
}

function readJson(text: string): { value: unknown; fault?: Fault } {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { value: text, fault: { reason: 'is not valid JSON' } };
  }
}

function kindOf({ type, enum: values }: JsonSchema): Parameter['kind'] {
  if (values || type === 'boolean') return 'choice';
  if (type === 'number' || type === 'integer') return type;
  return type === 'string' ? 'text' : 'json';
}

/** Whole numbers carry the largest that a double holds exactly as their bounds, which tells nobody anything. */
function bound(value: number | undefined): number | undefined {
  return value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;
}
