import { randomFillSync } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';

const BYTES = 16;
/** Random bytes are drawn for many ids at once: drawing them one by one is most of what an id costs. */
const pool = new Uint8Array(BYTES * 256);
let used = pool.length;

let msecs = 0;
let seq = 0;

/** An id that sorts behind those that this process gave out before (RFC 9562, UUID version 7), with hyphens. */
export function newRunId(): string {
  const random = randomBytes();
  const now = Date.now();
  if (now > msecs) {
    msecs = now;
    seq = ((random[6] & 0x7f) << 24) | (random[7] << 16) | (random[8] << 8) | random[9];
  } else {
    seq++;
  }
  return uuidv7({ msecs, seq, random });
}

function randomBytes(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += BYTES;
  return pool.subarray(used - BYTES, used);
}
