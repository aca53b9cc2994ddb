/**
 * The one catalogue of errors that leave Cellar: code, HTTP status and default text stand together.
 * Services throw {@link AppError}; `http/error.filter.ts` is the only place that turns one into an answer.
 */
export const ERRORS = {
  MALFORMED_JSON: { status: 400, text: 'The body is not valid JSON.' },
  INVALID_INPUT: { status: 400, text: 'The request holds values that are not allowed.' },
  FORBIDDEN_HOST: { status: 403, text: 'This Host is not served here.' },
  FORBIDDEN_ORIGIN: { status: 403, text: 'Requests from other sites may not change anything here.' },
  NOT_FOUND: { status: 404, text: 'There is nothing at this address.' },
  METHOD_NOT_ALLOWED: { status: 405, text: 'This address does not take this method.' },
  REQUEST_TIMEOUT: { status: 408, text: 'The request took too long to arrive.' },
  CONFLICT: { status: 409, text: 'The request contradicts what is stored.' },
  NOT_ACTIVE: { status: 409, text: 'The record is deleted. Restore it first.' },
  PARAMETER_CHANGED: { status: 409, text: 'A parameter is written once, and this one has another value.' },
  ALREADY_EXISTS: { status: 409, text: 'The name is taken.' },
  PRECONDITION_FAILED: { status: 412, text: 'What is stored is not what the conditions of the request ask for.' },
  BODY_TOO_LARGE: { status: 413, text: 'The body is larger than this route takes.' },
  URI_TOO_LONG: { status: 414, text: 'A part of the address is longer than allowed.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, text: 'Only application/json bodies are taken.' },
  RANGE_NOT_SATISFIABLE: { status: 416, text: 'The range begins behind the end of the file.' },
  HEADERS_TOO_LARGE: { status: 431, text: 'The headers are larger than this server takes.' },
  REQUEST_REFUSED: { status: 400, text: 'The request could not be read.' },
  INTERNAL: { status: 500, text: 'Something went wrong on our side. The log holds the cause under this request id.' },
  NOT_IMPLEMENTED: { status: 501, text: 'This server does not do that.' },
  UNAVAILABLE: { status: 503, text: 'A part that this request needs is not available at the moment.' },
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** One reason why a request was refused. */
export interface ErrorDetail {
  /** Where: a dotted path into the body, or the name of a query, path or header value. */
  field: string;
  /** What was wrong with it. */
  reason: string;
  /** What would have been right. */
  allowed?: string;
}

/** An error with a code of the catalogue; its message and details are shown to the client, its cause only to the log. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetail[];

  constructor(code: ErrorCode, message?: string, options: { details?: ErrorDetail[]; cause?: unknown } = {}) {
    super(message ?? ERRORS[code].text, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details ?? [];
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}

/** Why the process can not start, and what to set, free or run so that it can. Printed without a stack. */
export class StartupError extends Error {
  constructor(
    message: string,
    readonly remedy: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'StartupError';
  }
}
