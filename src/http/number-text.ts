import { z } from 'zod';

const DECIMAL = /^-?\d+(\.\d+)?$/;

/** A number in an address, which is text. As people write one: `Number` alone takes a blank for 0, and `0x10` for 16. */
export const numberText = <Schema extends z.ZodType<number, number | undefined>>(number: Schema) =>
  z.preprocess(
    (given) => (typeof given === 'string' ? Number(DECIMAL.test(given) ? given : Number.NaN) : given),
    number,
  );
