import { randomUUID } from 'node:crypto';
import { maxHeaderSize, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { AppError, type ErrorCode, type ErrorDetail } from '../errors.js';
import { errorBody } from './error.filter.js';
import { HEADERS_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from './limits.js';
import { securityHeadersFor } from './security-headers.js';

/** For the client to read its answer; closing at once, with bytes of it unread, would reset the connection. */
const LINGER_MS = 1_000;

type ClientError = NodeJS.ErrnoException;
/** `_httpMessage` is the answer that is being written, if there is one; node's own handler asks it too. */
export type HttpSocket = Socket & { _httpMessage?: ServerResponse };

/** By code of node's HTTP parser. */
const REFUSED: Record<string, ErrorDetail> = {
  HPE_INVALID_METHOD: {
    field: 'method',
    reason: 'is not a method of HTTP; https:// is not spoken here',
    allowed: 'GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS over http://',
  },
  HPE_INVALID_URL: {
    field: 'url',
    reason: 'holds a character that an address can not hold',
    allowed: 'an address that begins with a slash, other characters written as % and two hex digits',
  },
  HPE_INVALID_HEADER_TOKEN: {
    field: 'headers',
    reason: 'hold a line that is no header, or a character that a header can not hold',
    allowed: 'lines of the form Name: value',
  },
  HPE_INVALID_CONTENT_LENGTH: contentLength('is not a number'),
  HPE_UNEXPECTED_CONTENT_LENGTH: contentLength('is given twice, or beside Transfer-Encoding'),
  HPE_INVALID_TRANSFER_ENCODING: {
    field: 'Transfer-Encoding',
    reason: 'is not chunked, or stands beside Content-Length',
    allowed: 'chunked, or no Transfer-Encoding',
  },
  HPE_INVALID_CHUNK_SIZE: {
    field: 'body',
    reason: 'has a chunk whose length is not a hex number',
    allowed: 'chunks that each begin with their length in hex digits',
  },
};

const UNREADABLE: ErrorDetail = {
  field: 'request',
  reason: 'does not follow HTTP/1.1',
  allowed: 'a request of HTTP/1.1, its lines ended by CR and LF',
};

/** Answers what node's HTTP parser refuses before there is a request: in the shape of every error, and hangs up. */
export function answerClientErrors(logger: Logger) {
  return (cause: ClientError, socket: HttpSocket): void => {
    // An answer that has begun can not be taken back; a second one inside of it would be read as part of its body.
    if (cause.code === 'ECONNRESET' || !socket.writable || socket._httpMessage?.headersSent) {
      socket.destroy();
      return;
    }
    const error = toAppError(cause);
    const requestId = randomUUID();
    logger.debug({ context: 'http', err: cause, requestId }, error.message);
    socket.end(answerOf(error, requestId));
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  };
}

function toAppError(cause: ClientError): AppError {
  const [code, detail] = refusalOf(cause.code ?? '');
  return new AppError(code, undefined, { details: [detail], cause });
}

function refusalOf(code: string): [ErrorCode, ErrorDetail] {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return [
      'HEADERS_TOO_LARGE',
      { field: 'headers', reason: 'are too long', allowed: `at most ${maxHeaderSize} bytes together with the address` },
    ];
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return [
      'REQUEST_TIMEOUT',
      {
        field: 'request',
        reason: 'did not arrive in time',
        allowed: `headers within ${HEADERS_TIMEOUT_MS / 1000} s, everything within ${REQUEST_TIMEOUT_MS / 1000} s`,
      },
    ];
  }
  return ['REQUEST_REFUSED', REFUSED[code] ?? UNREADABLE];
}

function answerOf(error: AppError, requestId: string): string {
  const body = JSON.stringify(errorBody(error, requestId));
  const headers = {
    ...securityHeadersFor('/'),
    'x-request-id': requestId,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    date: new Date().toUTCString(),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\n${lines.join('')}\r\n${body}`;
}

function contentLength(reason: string): ErrorDetail {
  return { field: 'Content-Length', reason, allowed: 'the number of bytes of the body, once' };
}
