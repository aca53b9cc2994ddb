import type { CatalogueEntry } from './catalogue-entry.js';
import { wineQuality } from './wine-quality.js';

/** Every experiment that Cellar can run. A new one is a file beside this one and a line here. */
const ENTRIES: CatalogueEntry[] = [wineQuality];

/** By name, in the order in which they are shown. */
export const CATALOGUE: ReadonlyMap<string, CatalogueEntry> = new Map(ENTRIES.map((entry) => [entry.name, entry]));
