/**
 * numpy's legacy random stream, as far as a train/test split needs it: `RandomState(seed).permutation(n)`.
 *
 * Sources: M. Matsumoto and T. Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998 (recurrence, tempering and seeding
 * by a single integer); numpy's NEP 19, which freezes this stream, so that the numbers hold for every numpy version.
 */
const STATE_SIZE = 624;
const SHIFT = 397;
const MATRIX_A = 0x9908b0df;
const UPPER_MASK = 0x80000000;
const LOWER_MASK = 0x7fffffff;

/** MT19937: 32-bit words, period 2^19937 - 1. */
class MersenneTwister {
  readonly #state = new Uint32Array(STATE_SIZE);
  #position = STATE_SIZE;

  constructor(seed: number) {
    this.#state[0] = seed;
    for (let i = 1; i < STATE_SIZE; i++) {
      const previous = this.#state[i - 1] ^ (this.#state[i - 1] >>> 30);
      this.#state[i] = Math.imul(1812433253, previous) + i;
    }
  }

  /** The next word, an integer from 0 to 2^32 - 1. */
  next(): number {
    if (this.#position === STATE_SIZE) this.#regenerate();
    let word = this.#state[this.#position++];
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    word ^= word >>> 18;
    return word >>> 0;
  }

  /** An integer from 0 to `max`, all equally likely: words are masked to the bits of `max` and drawn again while too large. */
  upTo(max: number): number {
    if (max === 0) return 0;
    const mask = 0xffffffff >>> Math.clz32(max);
    for (;;) {
      const value = (this.next() & mask) >>> 0;
      if (value <= max) return value;
    }
  }

  #regenerate(): void {
    const state = this.#state;
    for (let i = 0; i < STATE_SIZE; i++) {
      const word = (state[i] & UPPER_MASK) | (state[(i + 1) % STATE_SIZE] & LOWER_MASK);
      state[i] = state[(i + SHIFT) % STATE_SIZE] ^ (word >>> 1) ^ (word & 1 ? MATRIX_A : 0);
    }
    this.#position = 0;
  }
}

/**
 * The integers 0 to n-1 in the order of `numpy.random.RandomState(seed).permutation(n)`: Fisher-Yates from the last place down.
 * @param seed an integer from 0 to 2^32 - 1
 * @param n how many, an integer from 0 to 2^31 - 1
 * @throws RangeError where either is out of its range
 */
export function permutation(seed: number, n: number): Int32Array {
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
    throw new RangeError(`seed must be an integer from 0 to 4294967295, it is ${seed}`);
  }
  if (!Number.isInteger(n) || n < 0 || n > 0x7fffffff) {
    throw new RangeError(`n must be an integer from 0 to 2147483647, it is ${n}`);
  }
  const random = new MersenneTwister(seed);
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.upTo(i);
    const last = order[i];
    order[i] = order[j];
    order[j] = last;
  }
  return order;
}

/** Row numbers of a split, in the order in which a model sees them. */
export interface Split {
  train: Int32Array;
  test: Int32Array;
}

/**
 * scikit-learn's `train_test_split(test_size=0.25)`: the first ceil(25 %) of the permutation test, the rest train.
 * @param rows how many rows there are, at least 2
 */
export function trainTestSplit(seed: number, rows: number): Split {
  if (rows < 2) throw new RangeError(`a split needs at least 2 rows, there are ${rows}`);
  const order = permutation(seed, rows);
  const testSize = Math.ceil(rows * 0.25);
  return { test: order.slice(0, testSize), train: order.slice(testSize) };
}
