/** A piece of an axis, both ends included. */
export type Range = [from: number, to: number];

/** All of a curve, with some room around it where all its points have one place. */
export function extentOf(xs: number[]): Range {
  const [from, to] = [xs[0], xs[xs.length - 1]];
  return from === to ? widened(from) : [from, to];
}

/** As much room as a step, or as the next number that there is. */
function widened(x: number): Range {
  const room = Math.max(1, Math.abs(x) * 2 ** -50);
  return [x - room, x + room];
}

/** Half of a range or twice as much of it, about its middle. */
export function zoomed([from, to]: Range, factor: number): Range {
  const middle = (from + to) / 2;
  const half = ((to - from) / 2) * factor;
  return [middle - half, middle + half];
}

/** A quarter of a range further on, or back where the direction is -1. */
export function moved([from, to]: Range, direction: 1 | -1): Range {
  const way = ((to - from) / 4) * direction;
  return [from + way, to + way];
}

/**
 * A closer look at what is shown, grown to the points beside it where it holds fewer than two: between them is nothing but the
 * line that joins them. So a range is never narrower than numbers can tell.
 * @param xs where the points that are drawn lie, in order
 * @returns what is shown where there is no closer look
 */
export function closer(shown: Range, [from, to]: Range, xs: number[]): Range {
  const inside = xs.filter((x) => x >= from && x <= to);
  if (inside.length > 0 && inside[0] < inside[inside.length - 1]) return [from, to];
  const before = xs.findLast((x) => x < from);
  const after = xs.find((x) => x > to);
  const joined =
    inside.length > 0 ? before !== undefined || after !== undefined : before !== undefined && after !== undefined;
  const grown: Range = [before ?? from, after ?? to];
  return joined && grown[1] - grown[0] < shown[1] - shown[0] ? grown : shown;
}

/** Whether all of the second range lies in the first. */
export function covers([from, to]: Range, [first, last]: Range): boolean {
  return from <= first && last <= to;
}

/** Whether some of the second range lies in the first. */
export function meets([from, to]: Range, [first, last]: Range): boolean {
  return from <= last && first <= to;
}
