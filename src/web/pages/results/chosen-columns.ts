/** What an experiment's columns sort by that somebody chose; undefined where nobody did. */
export function chosenColumns(experimentId: number): string[] | undefined {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(experimentId)) ?? 'null');
    return isTexts(kept) ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** Not in the address, which would grow with every name. @param sorts undefined = as if nobody had chosen */
export function keepChosenColumns(experimentId: number, sorts: string[] | undefined): void {
  try {
    if (sorts) localStorage.setItem(keyOf(experimentId), JSON.stringify(sorts));
    else localStorage.removeItem(keyOf(experimentId));
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

function keyOf(experimentId: number): string {
  return `cellar-columns-${experimentId}`;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
