/**
 * How numbers are handed to uPlot. It goes from tick to tick by adding, and never ends where a sum is so large that it stays the
 * same; ticks of more than 17 digits it leaves out. So large numbers are counted from an origin on and in larger units.
 */
export interface PlotScale {
  origin: number;
  unit: number;
}

export const AS_THEY_ARE: PlotScale = { origin: 0, unit: 1 };

/** Numbers up to here are handed over as they are. */
const LARGEST = 1e15;

export function scaleOf([low, high]: [number, number]): PlotScale {
  if (Math.max(Math.abs(low), Math.abs(high)) <= LARGEST) return AS_THEY_ARE;
  // Both halves, since the whole may be more than a number can hold.
  const magnitude = Math.floor(Math.log10(high / 2 - low / 2));
  return { origin: low, unit: Math.max(10 ** (magnitude - 6), 1) };
}

export function toPlot({ origin, unit }: PlotScale, value: number): number {
  return value / unit - origin / unit;
}

export function fromPlot({ origin, unit }: PlotScale, value: number): number {
  return (value + origin / unit) * unit;
}
