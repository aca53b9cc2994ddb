import { StreamableFile } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../errors.js';
import { failed, refusalOf, takesRange } from '../http/preconditions.js';
import type { OpenArtifact } from './artifact-store.js';
import { rangeOf } from './byte-range.js';

/** What people read as text; it is shown as such, never as what it may do in a browser. */
const TEXT =
  /(^|\/)(mlmodel|mlproject|dockerfile|license|readme)$|\.(txt|log|out|err|csv|tsv|md|rst|json|jsonl|geojson|ya?ml|toml|ini|cfg|conf|cnf|properties|xml|html?|css|jsx?|mjs|tsx?|py|r|sh|sql|diff|patch|lock|env)$/i;

/** A file is somebody else's content: a download that no page may run or frame, whatever it holds. */
const GUARD = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'",
  'cache-control': 'private, no-cache',
  'accept-ranges': 'bytes',
};

/**
 * Answers a file, or the part that was asked for, or that the client has it already. Lets go of the file in every case.
 * @throws AppError RANGE_NOT_SATISFIABLE; PRECONDITION_FAILED
 */
export async function download(
  file: OpenArtifact,
  { method, headers }: FastifyRequest,
  reply: FastifyReply,
): Promise<StreamableFile | undefined> {
  reply.headers({ etag: file.etag, 'last-modified': file.modified.toUTCString(), ...GUARD });
  const refusal = refusalOf(method, headers, file);
  if (refusal) {
    await file.close();
    if (refusal.status === 412) throw failed(refusal, headers, file);
    reply.status(304);
    return undefined;
  }
  const range = takesRange(method, headers, file) ? rangeOf(headers.range, file.size) : undefined;
  if (range === 'unsatisfiable') {
    await file.close();
    reply.header('content-range', `bytes */${file.size}`);
    throw new AppError('RANGE_NOT_SATISFIABLE', undefined, {
      details: [{ field: 'Range', reason: `is ${headers.range}`, allowed: `bytes below ${file.size}` }],
    });
  }
  if (range) reply.status(206).header('content-range', `bytes ${range.start}-${range.end}/${file.size}`);
  return new StreamableFile(await file.read(range), {
    type: TEXT.test(file.name) ? 'text/plain; charset=utf-8' : 'application/octet-stream',
    disposition: dispositionOf(file.name),
    length: range ? range.end - range.start + 1 : file.size,
  });
}

/** A name that is the same in every form of a header. */
const PLAIN_NAME = /^[\w.-]+$/;

/** A name in a header: as it is in UTF-8, and for clients that do not know this form without what it can not hold. */
export function dispositionOf(name: string): string {
  if (PLAIN_NAME.test(name)) return `attachment; filename="${name}"`;
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const exact = encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}
