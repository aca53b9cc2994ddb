import { connect } from 'node:net';
import type { ErrorAnswer } from './api-client.js';

/** An answer as its bytes say it. */
export interface RawAnswer {
  status: number;
  /** By name in lower case. */
  headers: Record<string, string>;
  /** The text after the headers, of which `headers` may say another length. */
  text: string;
  body: ErrorAnswer;
}

/**
 * Sends these very bytes, which no HTTP client would, and reads until the server hangs up.
 * @throws Error where the answer is no HTTP or its body no JSON
 */
export async function sendRaw(port: number, request: string): Promise<RawAnswer> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.write(request);
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part as Buffer);
  const answer = Buffer.concat(parts).toString('utf8');
  const [head, text] = [answer.slice(0, answer.indexOf('\r\n\r\n')), answer.slice(answer.indexOf('\r\n\r\n') + 4)];
  const [statusLine, ...lines] = head.split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3}) \w/.exec(statusLine)?.[1];
  if (!status) throw new Error(`the answer is no HTTP: ${answer}`);
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { status: Number(status), headers: Object.fromEntries(headers), text, body: JSON.parse(text) };
}
