import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { isStorableText } from '../search/value-text.js';
import { invalidParameter, type WireError } from './wire-error.js';

const HINT = 'See the API docs for more information about request parameters.';
/** The bounds of an int64, and the largest one that is a double. */
const INT64 = 2 ** 63;
const LARGEST_INT64 = INT64 - 1024;
const INTEGER = /^[+-]?\d+$/;
/** No digit can be read in two ways, or a long text would keep the process busy. */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const NOT_FINITE = /^([+-]?)(nan|inf|infinity)$/i;

/** What a request of the wire carries: a JSON body or, for GET, the query. */
export const Fields = createParamDecorator((_: unknown, context: ExecutionContext): WireFields => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return request.method === 'GET' ? new QueryFields(request.query) : new WireFields(bodyOf(request));
});

function bodyOf({ body, headers, method }: FastifyRequest): unknown {
  if (method === 'POST' && headers['content-type'] === undefined) {
    throw invalidParameter('Bad Request. Content-Type is missing.');
  }
  if (typeof body !== 'string') return body;
  // Old clients encode their JSON twice.
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}

/**
 * Reads the fields of a message by the rules of protocol buffers in JSON: null is absent, numbers may be texts, names may be
 * in camel case; texts are never numbers.
 * @see https://protobuf.dev/programming-guides/json/
 */
export class WireFields {
  readonly #fields: Record<string, unknown>;

  /** @param path of the message inside the request, for what errors say */
  constructor(
    fields: unknown,
    private readonly path = '',
  ) {
    const isObject = typeof fields === 'object' && fields !== null && !Array.isArray(fields);
    this.#fields = isObject ? (fields as Record<string, unknown>) : {};
  }

  /** The raw value; undefined where it is absent. */
  value(name: string): unknown {
    const given = this.#own(name);
    const camel = camelCase(name);
    if (camel === name) return given;
    const alias = this.#own(camel);
    if (given !== undefined && alias !== undefined) {
      throw invalidParameter(`Request specifies both '${name}' and '${camel}'; provide only one of them.`);
    }
    return given ?? alias;
  }

  /** Absent = empty. */
  string(name: string): string {
    return this.optionalString(name) ?? '';
  }

  optionalString(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw this.invalid(name, value);
    return storable(value, this.nameOf(name));
  }

  /** Empty counts as absent. */
  requiredString(name: string): string {
    const value = this.string(name);
    if (value === '') throw this.missing(name);
    return value;
  }

  integer(name: string): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const number = typeof value === 'string' && (INTEGER.test(value) || NUMBER.test(value)) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isInteger(number) || Math.abs(number) > INT64)
      throw this.invalid(name, value);
    return Math.max(Math.min(number, LARGEST_INT64), -LARGEST_INT64);
  }

  requiredInteger(name: string): number {
    const value = this.integer(name);
    if (value === undefined) throw this.missing(name);
    return value;
  }

  requiredNumber(name: string): number {
    const value = this.value(name);
    if (value === undefined) throw this.missing(name);
    if (typeof value === 'number') return value;
    const parsed = typeof value === 'string' ? parseNumber(value) : undefined;
    if (parsed === undefined) throw this.invalid(name, value);
    return parsed;
  }

  boolean(name: string): boolean | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === 'boolean') return value;
    if (typeof value === 'string' && /^(true|false)$/i.test(value)) return value.toLowerCase() === 'true';
    throw this.invalid(name, value);
  }

  /** A list of messages; absent = empty. */
  messages(name: string): WireFields[] {
    return this.list(name).map((item, i) => new WireFields(item, `${this.nameOf(name)}[${i}].`));
  }

  message(name: string): WireFields {
    const value = this.value(name) ?? {};
    if (typeof value !== 'object' || Array.isArray(value)) throw this.invalid(name, value);
    return new WireFields(value, `${this.nameOf(name)}.`);
  }

  strings(name: string): string[] {
    return this.list(name).map((item) => {
      if (typeof item !== 'string') throw this.invalid(name, this.value(name));
      return storable(item, this.nameOf(name));
    });
  }

  list(name: string): unknown[] {
    const value = this.value(name);
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw this.invalid(name, value);
    return value;
  }

  nameOf(name: string): string {
    return this.path + name;
  }

  missing(name: string): WireError {
    return invalidParameter(`Missing value for required parameter '${this.nameOf(name)}'. ${HINT}`);
  }

  invalid(name: string, value: unknown): WireError {
    return invalidParameter(
      `Invalid value ${shown(value)} for parameter '${this.nameOf(name)}' supplied:  Hint: Value was of type '${pythonType(value)}'. ${HINT}`,
    );
  }

  #own(name: string): unknown {
    return Object.hasOwn(this.#fields, name) ? (this.#fields[name] ?? undefined) : undefined;
  }
}

/** The fields of a query, in which a list of one looks as a text does. */
export class QueryFields extends WireFields {
  /** Of a parameter that is given several times, the first counts. */
  override value(name: string): unknown {
    const value = super.value(name);
    return Array.isArray(value) ? value[0] : value;
  }

  override list(name: string): unknown[] {
    const value = super.value(name);
    if (value === undefined) return [];
    return Array.isArray(value) ? value : [value];
  }
}

/** The number of an enumeration's value, which may come as a text; undefined where a name was given, or nothing of the kind. */
export function enumNumber(given: unknown): number | undefined {
  if (typeof given === 'number') return given;
  return typeof given === 'string' && INTEGER.test(given) ? Number(given) : undefined;
}

/** A number as Python reads it from a text: with NaN and the infinities in any letters, blanks around it, and 1_000. */
export function parseNumber(text: string): number | undefined {
  if (NUMBER.test(text)) return Number(text);
  const plain = text.trim().replaceAll(/(?<=\d)_(?=\d)/g, '');
  const special = NOT_FINITE.exec(plain);
  if (special) return special[2].toLowerCase() === 'nan' ? Number.NaN : Number(`${special[1]}Infinity`);
  return NUMBER.test(plain) ? Number(plain) : undefined;
}

/** PostgreSQL keeps every text but those with NUL and half characters. */
export function storable(text: string, field: string): string {
  if (isStorableText(text)) return text;
  throw invalidParameter(`Invalid value for parameter '${field}' supplied: it holds a NUL or half of a character.`);
}

/** By the names that the wire knows, all of which stand in our code. */
const camelCases = new Map<string, string>();

function camelCase(name: string): string {
  let camel = camelCases.get(name);
  if (camel === undefined) {
    camel = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    camelCases.set(name, camel);
  }
  return camel;
}

/** Nobody reads what is nested too deeply to be written. */
function shown(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '…';
  }
}

function pythonType(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  switch (typeof value) {
    case 'string':
      return 'str';
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float';
    case 'boolean':
      return 'bool';
    default:
      return 'dict';
  }
}
