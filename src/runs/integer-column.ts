/**
 * Packs whole numbers that mostly grow evenly, as steps and timestamps do. Either as they are, int64 in network order, or where that is
 * shorter as the changes of their differences, each zigzag-coded in groups of seven bits: one byte a number where they grow
 * evenly. Which of the two it is follows from the length: 8 bytes a number is the first.
 */
const WORD = 8;
const HIGH = 2 ** 32;
const INT64_MAX = 2 ** 63;

/** Beyond this, changes of differences are no longer exact in a double. */
const EXACT = 2 ** 50;

/** @param numbers whole ones */
export function packIntegers(numbers: ArrayLike<number>): Buffer {
  return packChanges(numbers) ?? packWords(numbers);
}

/** Writes `count` numbers into `target` from `start`. */
export function unpackIntegers(packed: Buffer, count: number, target: Float64Array, start: number): void {
  if (packed.length === WORD * count) unpackWords(packed, count, target, start);
  else unpackChanges(packed, count, target, start);
}

function packChanges(numbers: ArrayLike<number>): Buffer | undefined {
  const bytes = Buffer.allocUnsafe(WORD * numbers.length);
  let length = 0;
  let [last, lastDifference] = [0, 0];
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i];
    const difference = value - last;
    const change = difference - lastDifference;
    if (Math.abs(value) > EXACT || Math.abs(change) > EXACT) return undefined;
    let rest = change >= 0 ? 2 * change : -2 * change - 1;
    for (; rest >= 128; rest = Math.floor(rest / 128)) {
      if (length >= bytes.length) return undefined;
      bytes[length++] = (rest % 128) + 128;
    }
    if (length >= bytes.length) return undefined;
    bytes[length++] = rest;
    last = value;
    lastDifference = difference;
  }
  return length < bytes.length ? bytes.subarray(0, length) : undefined;
}

function unpackChanges(packed: Buffer, count: number, target: Float64Array, start: number): void {
  let position = 0;
  let [last, difference] = [0, 0];
  for (let i = 0; i < count; i++) {
    const byte = packed[position++];
    if (byte < 128) {
      // Nearly all of them: one byte, whose lowest bit is the sign.
      difference += (byte >>> 1) ^ -(byte & 1);
    } else {
      let coded = byte & 127;
      let next = byte;
      for (let scale = 128; next >= 128; scale *= 128) {
        next = packed[position++];
        coded += (next & 127) * scale;
      }
      difference += coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2;
    }
    last += difference;
    target[start + i] = last;
  }
}

/** Halves of 32 bit are many times faster than BigInt; whole numbers beyond 2^53 are no longer exact in JSON either. */
function packWords(numbers: ArrayLike<number>): Buffer {
  const bytes = Buffer.allocUnsafe(WORD * numbers.length);
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i] >= INT64_MAX ? INT64_MAX - 1024 : Math.max(numbers[i], -INT64_MAX);
    const high = Math.floor(value / HIGH);
    bytes.writeInt32BE(high, i * WORD);
    bytes.writeUInt32BE(value - high * HIGH, i * WORD + 4);
  }
  return bytes;
}

function unpackWords(packed: Buffer, count: number, target: Float64Array, start: number): void {
  for (let i = 0; i < count; i++) {
    target[start + i] = packed.readInt32BE(i * WORD) * HIGH + packed.readUInt32BE(i * WORD + 4);
  }
}
