import { Ajv, type ValidateFunction } from 'ajv';
import type { Case } from './replay.js';

interface Operation {
  parameters?: { in: string; name: string; schema: { example?: unknown } }[];
  requestBody?: { content: Record<string, { examples?: Record<string, { value: unknown }> }> };
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

/** The part of an OpenAPI document that says what is answered. */
export interface Documentation {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

interface DocumentedRoute {
  name: string;
  method: string;
  path: RegExp;
  operation: Operation;
}

/** A request as the document shows it by examples; undefined where a file belongs to it. */
export function exampleOf(method: string, path: string, operation: Operation): Case | undefined {
  const json = operation.requestBody?.content['application/json'];
  if (operation.requestBody && !json) return undefined;
  const values = (place: string) =>
    (operation.parameters ?? []).filter((one) => one.in === place).map(({ name, schema }) => [name, schema.example]);
  const inPath = Object.fromEntries(values('path')) as Record<string, string>;
  const name = `${method.toUpperCase()} ${path}`;
  return {
    name,
    request: name.replace(/\{(\w+)\}/g, (_, parameter: string) => inPath[parameter]),
    query: Object.fromEntries(values('query')) as Record<string, unknown>,
    body: json && Object.values(json.examples ?? {})[0].value,
  };
}

/** Compares answers with what a document promises of them. */
export class DocumentedAnswers {
  readonly #ajv: Ajv;
  readonly #routes: DocumentedRoute[];
  readonly #checks = new Map<string, ValidateFunction>();

  constructor(document: Documentation) {
    // Of OpenAPI it knows the words of JSON Schema, and nothing of formats.
    this.#ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    this.#ajv.addSchema({ $id: 'document', components: document.components });
    this.#routes = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path: new RegExp(
          `^${path
            .replaceAll('.', '\\.')
            .replace('{path}', '.+')
            .replace(/\{\w+\}/g, '[^/]+')}$`,
        ),
        operation,
      })),
    );
  }

  /** Such as `GET /task/{id}`; undefined where the document has no such route. */
  routeOf(method: string, path: string): string | undefined {
    return this.#routeOf(method, path)?.name;
  }

  /** @returns what is wrong with an answer, or undefined */
  problemOf(method: string, path: string, status: number, body: unknown): string | undefined {
    const route = this.#routeOf(method, path);
    if (!route) return undefined;
    const answer = route.operation.responses[status];
    if (!answer) return `${route.name} answers ${status}, which is not documented`;
    const schema = answer.content?.['application/json']?.schema;
    if (!schema) return undefined;
    const check = this.#checkOf(`${route.name} ${status}`, schema);
    return check(body) ? undefined : `${route.name} ${status}: ${this.#ajv.errorsText(check.errors)}`;
  }

  /** What is below /ajax-api is the same. Words of a path come before its parameters: `/logged-models/search` is no model. */
  #routeOf(method: string, path: string): DocumentedRoute | undefined {
    const documented = path.replace(/^\/ajax-api\//, '/api/');
    const matches = this.#routes.filter((route) => route.method === method && route.path.test(documented));
    return matches.sort((a, b) => braces(a.name) - braces(b.name))[0];
  }

  #checkOf(name: string, schema: object): ValidateFunction {
    let check = this.#checks.get(name);
    if (!check) {
      const absolute = JSON.stringify(schema).replaceAll('"#/components', '"document#/components');
      check = this.#ajv.compile(JSON.parse(absolute) as object);
      this.#checks.set(name, check);
    }
    return check;
  }
}

const braces = (name: string) => name.split('{').length;
