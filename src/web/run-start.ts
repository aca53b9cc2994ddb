/** When a run began. Nothing for one that has not, or whose client did not tell: that is kept as 1970, as MLflow does. */
export function startOf({ start_time }: { start_time: string | null }): string | undefined {
  return start_time !== null && Date.parse(start_time) !== 0 ? start_time : undefined;
}
