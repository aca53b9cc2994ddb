import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../errors.js';

/** How a file is named while it is written. */
const TEMPORARY = /^upload-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An upload that runs touches its file all the time; one that nobody wrote to for so long was left by a process that died. */
const LEFT_OVER_MS = 60 * 60 * 1000;

/** What was received. */
export interface Received {
  /** Bytes. */
  size: number;
  /** Hexadecimal. */
  sha256: string;
}

/**
 * The body of a request that is to become a file.
 * @throws AppError INVALID_INPUT for a part of one, which would replace all of it (RFC 9110, 14.5)
 */
export function wholeFile({ headers, raw }: FastifyRequest): Readable {
  if (headers['content-range'] === undefined) return raw;
  throw new AppError('INVALID_INPUT', 'A file is stored as a whole only.', {
    details: [{ field: 'Content-Range', reason: `is ${headers['content-range']}`, allowed: 'a body without it' }],
  });
}

/**
 * Writes a stream to a new file of `folder`, which is made where it is missing, and makes it durable.
 * @returns the file's path beside what it holds; when the stream or the disk fails, the file is gone again and the rest of
 * the stream passes unread
 */
export async function receive(folder: string, source: Readable): Promise<Received & { path: string }> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `upload-${randomUUID()}`);
  const hash = createHash('sha256');
  let size = 0;
  try {
    const file = await open(path, 'wx');
    try {
      // Where the disk fails, whoever sends must be able to send on: only then does he read the answer.
      for await (const chunk of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        hash.update(chunk);
        for (let written = 0; written < chunk.length; ) {
          written += (await file.write(chunk, written)).bytesWritten;
        }
        size += chunk.length;
      }
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    source.resume();
    await rm(path, { force: true });
    throw error;
  }
  return { path, size, sha256: hash.digest('hex') };
}

/** Removes what killed processes left in `folder`, and nothing else. @throws Error where some of it stays, once the rest is gone */
export async function removeLeftOvers(folder: string, now = Date.now()): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const paths = names.filter((name) => TEMPORARY.test(name)).map((name) => join(folder, name));
  const outcomes = await Promise.allSettled(
    paths.map(async (path) => {
      const stats = await stat(path).catch(() => undefined);
      if (stats && now - stats.mtimeMs > LEFT_OVER_MS) await rm(path, { force: true });
    }),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
