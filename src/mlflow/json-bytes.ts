/** What a method answers where something else comes than it reads. */
export const NONE: number = -1;

/** A whole number below this one is exact with four digits more. */
const MOST_BEFORE_FOUR = 9 * 10 ** 11;
const INEXACT = 2 ** 53;
/** By as much the first digits are shifted at the most: beyond it, some of the last ones may be lost. */
const MOST_SHIFT = 10 ** 12;
const MOST_DIGITS = 15;

/** 10^0 to 10^22: those that a double holds exactly. */
const POWERS = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

/** Cuts a double into halves whose products are exact. */
const SPLITTER = 2 ** 27 + 1;

/** More than what rounding changes of a correction, as a part of it. */
const DOUBT = 2 ** -50;

/** Bytes that are read as one number, the first one lowest. */
const WORD = 4;

const BLANK = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const BACKSLASH = 0x5c;
const [UPPER_E, LOWER_E] = [0x45, 0x65];

/** Bytes that are looked for, four at a time. */
export class Literal {
  readonly bytes: Buffer;
  /** They overlap at the end where the bytes are no multiple of four. None for fewer than four bytes. */
  readonly words: Int32Array;

  constructor(text: string) {
    this.bytes = Buffer.from(text);
    const { length } = this.bytes;
    const count = length < WORD ? 0 : Math.ceil(length / WORD);
    this.words = Int32Array.from({ length: count }, (_, i) =>
      this.bytes.readInt32LE(Math.min(WORD * i, length - WORD)),
    );
  }
}

/**
 * Reads JSON from its bytes, for lists whose objects would cost more than what they hold. Each method reads from an index
 * on, and answers with the index behind what it has read, or {@link NONE}, as where it is to read from there. They know what
 * is plain; whoever meets something else leaves the whole to `JSON.parse`.
 */
export class JsonBytes {
  readonly #view: DataView;
  /** The last index from which a word can be read. */
  readonly #lastWord: number;

  /** The number that was read last. */
  number = 0;
  /** The text that was read last. */
  text = '';

  /** @param bytes in UTF-8 */
  constructor(private readonly bytes: Buffer) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#lastWord = bytes.length - WORD;
  }

  literal(at: number, { bytes, words }: Literal): number {
    const last = at + bytes.length - WORD;
    if (at < 0 || last > this.#lastWord) return NONE;
    if (words.length === 0) return this.#shortLiteral(at, bytes);
    const view = this.#view;
    const end = words.length - 1;
    for (let i = 0; i < end; i++) if (view.getInt32(at + WORD * i, true) !== words[i]) return NONE;
    return view.getInt32(last, true) === words[end] ? last + WORD : NONE;
  }

  #shortLiteral(at: number, expected: Buffer): number {
    for (let i = 0; i < expected.length; i++) if (this.bytes[at + i] !== expected[i]) return NONE;
    return at + expected.length;
  }

  /** A text without escapes, which becomes {@link text}. */
  string(at: number): number {
    if (this.bytes[at] !== QUOTE) return NONE;
    let end = at + 1;
    for (let next = this.bytes[end]; next !== QUOTE; next = this.bytes[++end]) {
      if (!(next >= BLANK) || next === BACKSLASH) return NONE;
    }
    this.text = this.bytes.toString('utf8', at + 1, end);
    return end + 1;
  }

  /** A whole number of at most 15 digits, not below zero, which becomes {@link number}. */
  whole(at: number): number {
    if (at < 0) return NONE;
    const { bytes } = this;
    let number = 0;
    let end = at;
    for (; end <= this.#lastWord; end += WORD) {
      const four = this.#view.getInt32(end, true);
      if (!isFourDigits(four)) break;
      number = number * 10_000 + valueOfFour(four);
    }
    for (let digit = bytes[end] - ZERO; digit >= 0 && digit <= 9; digit = bytes[++end] - ZERO)
      number = number * 10 + digit;
    this.number = number;
    const count = end - at;
    return count === 0 || count > MOST_DIGITS || (count > 1 && bytes[at] === ZERO) ? NONE : end;
  }

  /** A number, which becomes {@link number} as `JSON.parse` would read it. */
  decimal(at: number): number {
    if (at < 0) return NONE;
    const { bytes } = this;
    const isNegative = bytes[at] === MINUS;
    const begin = isNegative ? at + 1 : at;
    // The digits are those of high * shift + low.
    let high = 0;
    let shift = 1;
    let low = 0;
    let end = begin;
    for (let digit = bytes[end] - ZERO; digit >= 0 && digit <= 9; digit = bytes[++end] - ZERO) high = high * 10 + digit;
    const count = end - begin;
    if (count === 0 || (count > 1 && bytes[begin] === ZERO)) return NONE;
    let scale = 0;
    if (bytes[end] === POINT) {
      const fraction = ++end;
      for (; end <= this.#lastWord; end += WORD) {
        const four = this.#view.getInt32(end, true);
        if (!isFourDigits(four)) break;
        if (shift === 1 && high < MOST_BEFORE_FOUR) high = high * 10_000 + valueOfFour(four);
        else {
          low = low * 10_000 + valueOfFour(four);
          shift *= 10_000;
        }
      }
      for (let digit = bytes[end] - ZERO; digit >= 0 && digit <= 9; digit = bytes[++end] - ZERO) {
        low = low * 10 + digit;
        shift *= 10;
      }
      scale = end - fraction;
      if (scale === 0) return NONE;
    }
    const hasExponent = bytes[end] === LOWER_E || bytes[end] === UPPER_E;
    if (hasExponent) end = this.#exponent(end + 1);
    if (end === NONE) return NONE;
    const size = hasExponent || count > MOST_DIGITS ? undefined : quotient(high, shift, low, scale);
    if (size === undefined) this.number = Number(bytes.toString('latin1', at, end));
    else this.number = isNegative ? -size : size;
    return end;
  }

  #exponent(at: number): number {
    const { bytes } = this;
    const begin = bytes[at] === MINUS || bytes[at] === PLUS ? at + 1 : at;
    let end = begin;
    while (bytes[end] >= ZERO && bytes[end] <= ZERO + 9) end++;
    return end === begin ? NONE : end;
  }
}

/** @param four bytes as one number, the first one lowest */
function isFourDigits(four: number): boolean {
  return (((four & 0xf0f0f0f0) ^ 0x30303030) | (((four + 0x06060606) & 0xf0f0f0f0) ^ 0x30303030)) === 0;
}

function valueOfFour(four: number): number {
  const digits = four & 0x0f0f0f0f;
  const pairs = (10 * digits + (digits >>> 8)) & 0x00ff00ff;
  return (100 * pairs + (pairs >>> 16)) & 0xffff;
}

/**
 * `(high * shift + low) / 10 ** scale` as if it were rounded once; undefined where that is not certain. Digits that a double
 * holds are divided by a power that it holds. Others are, too, and the quotient is corrected by what the remainder adds:
 * where the correction could be a bit larger or smaller without changing the sum, what it really is can not change it.
 */
function quotient(high: number, shift: number, low: number, scale: number): number | undefined {
  if (scale >= POWERS.length) return undefined;
  const divisor = POWERS[scale];
  const product = high * shift;
  const digits = product + low;
  const rounded = digits / divisor;
  if (digits < INEXACT) return rounded;
  if (shift > MOST_SHIFT) return undefined;
  const lost = restOfProduct(high, shift, product) + (low - (digits - product));
  const back = rounded * divisor;
  const correction = (digits - back - restOfProduct(rounded, divisor, back) + lost) / divisor;
  const size = rounded + correction * (1 + DOUBT);
  return size === rounded + correction * (1 - DOUBT) ? size : undefined;
}

/** What rounding took from a product. @see T. J. Dekker, A floating-point technique for extending the available precision, 1971 */
function restOfProduct(a: number, b: number, product: number): number {
  const highA = upperHalf(a);
  const highB = upperHalf(b);
  const lowA = a - highA;
  const lowB = b - highB;
  return highA * highB - product + highA * lowB + lowA * highB + lowA * lowB;
}

function upperHalf(a: number): number {
  const shifted = SPLITTER * a;
  return shifted - (shifted - a);
}
