import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folder of package.json. What is found from here is found from every file of the package, and from the few into which
 * a build packs them.
 */
export const PACKAGE_FOLDER = packageFolder();

function packageFolder(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`No folder above ${import.meta.dirname} holds package.json.`);
  }
}
