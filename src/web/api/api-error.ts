import type { components } from './schema';

export type ErrorDetail = components['schemas']['Error']['details'][number];

/** A request as it was sent, so that an error can show how to send it again. */
export interface SentRequest {
  method: string;
  url: string;
  /** Absent where none was sent. */
  body?: unknown;
}

/** What went wrong with a request: the server's own account of it, or that no server answered. */
export class ApiError extends Error {
  /** Of the server's catalogue; `NO_ANSWER` where none came, `UNREADABLE` where something else than Cellar answered. */
  readonly code: string;
  readonly status?: number;
  readonly details: ErrorDetail[];
  readonly requestId?: string;
  readonly request: SentRequest;

  constructor(
    message: string,
    fields: { code: string; request: SentRequest; status?: number; details?: ErrorDetail[]; requestId?: string },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ApiError';
    this.code = fields.code;
    this.status = fields.status;
    this.details = fields.details ?? [];
    this.requestId = fields.requestId;
    this.request = fields.request;
  }
}

/** Reads the server's `{code, message, details[], requestId}`; a proxy in between may have answered something else. */
export async function refusalOf(request: SentRequest, response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined);
  if (isErrorBody(body)) {
    return new ApiError(body.message, { ...body, status: response.status, request });
  }
  return new ApiError(`The server answered ${response.status} ${response.statusText}`.trimEnd(), {
    code: 'UNREADABLE',
    status: response.status,
    requestId: response.headers.get('x-request-id') ?? undefined,
    request,
  });
}

export function noAnswer(request: SentRequest, cause: unknown): ApiError {
  return new ApiError(
    'No answer came from the server. It may have stopped, or the network is down.',
    { code: 'NO_ANSWER', request },
    { cause },
  );
}

function isErrorBody(body: unknown): body is components['schemas']['Error'] {
  return typeof body === 'object' && body !== null && 'code' in body && 'message' in body && 'details' in body;
}

/** Whether there is no such thing, or no more. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** Whether the server is not there, or what it needs is not: then the same request may succeed when it is back. */
export function isOutage(error: unknown): boolean {
  return error instanceof ApiError && (error.status === undefined || error.status > 500);
}
