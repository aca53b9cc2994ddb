import { AppError, ERRORS, type ErrorCode } from '../errors.js';

/** The error codes of MLflow's wire, with their statuses. */
const STATUSES = {
  INVALID_PARAMETER_VALUE: 400,
  BAD_REQUEST: 400,
  RESOURCE_ALREADY_EXISTS: 400,
  PERMISSION_DENIED: 403,
  RESOURCE_DOES_NOT_EXIST: 404,
  ENDPOINT_NOT_FOUND: 404,
  INTERNAL_ERROR: 500,
  INVALID_STATE: 500,
  NOT_IMPLEMENTED: 501,
  TEMPORARILY_UNAVAILABLE: 503,
} as const;

export type WireCode = keyof typeof STATUSES;

export const WIRE_CODES = Object.keys(STATUSES) as [WireCode, ...WireCode[]];

/** Those of ours that are not INVALID_PARAMETER_VALUE there. A client tries again after every 5xx, for minutes. */
const CODES_OF_OURS: Partial<Record<ErrorCode, WireCode>> = {
  FORBIDDEN_HOST: 'PERMISSION_DENIED',
  FORBIDDEN_ORIGIN: 'PERMISSION_DENIED',
  NOT_FOUND: 'RESOURCE_DOES_NOT_EXIST',
  ALREADY_EXISTS: 'RESOURCE_ALREADY_EXISTS',
  REQUEST_REFUSED: 'BAD_REQUEST',
  INTERNAL: 'INTERNAL_ERROR',
  NOT_IMPLEMENTED: 'NOT_IMPLEMENTED',
  UNAVAILABLE: 'TEMPORARILY_UNAVAILABLE',
};

/** What HTTP itself refuses: the status says more than any code of MLflow, and programs between the two ends read it. */
const HTTP_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'METHOD_NOT_ALLOWED',
  'REQUEST_TIMEOUT',
  'PRECONDITION_FAILED',
  'BODY_TOO_LARGE',
  'URI_TOO_LONG',
  'RANGE_NOT_SATISFIABLE',
]);

/** An error that the wire words in its own way. */
export class WireError extends AppError {
  constructor(
    readonly wireCode: WireCode,
    message: string,
  ) {
    super('INVALID_INPUT', message);
    this.name = 'WireError';
  }

  override get status(): number {
    return STATUSES[this.wireCode];
  }
}

/** The most frequent of all. */
export function invalidParameter(message: string): WireError {
  return new WireError('INVALID_PARAMETER_VALUE', message);
}

/** An error as MLflow's clients read it. */
export function wireErrorAnswer(error: AppError): { status: number; body: { error_code: WireCode; message: string } } {
  if (HTTP_CODES.has(error.code)) {
    return { status: error.status, body: { error_code: 'BAD_REQUEST', message: messageOf(error) } };
  }
  const code = error instanceof WireError ? error.wireCode : (CODES_OF_OURS[error.code] ?? 'INVALID_PARAMETER_VALUE');
  return { status: STATUSES[code], body: { error_code: code, message: messageOf(error) } };
}

/** The wire has no details, so a text that says nothing of the request is followed by them. */
function messageOf(error: AppError): string {
  if (error.code === 'UNSUPPORTED_MEDIA_TYPE') return "Bad Request. Content-Type must be one of ['application/json'].";
  const isGeneral = error.message === ERRORS[error.code].text || error.message === 'Invalid path';
  const reasons = error.details.map(({ field, reason }) => `${field} ${reason}`).join('; ');
  return isGeneral && reasons !== '' ? `${error.message} (${reasons})` : error.message;
}
