import type { ArtifactEntry } from '../artifacts/artifact-store.js';

/** A list of files on the wire, where whatever is empty or 0 is left out. */
export function filesOf(entries: ArtifactEntry[]) {
  if (entries.length === 0) return {};
  return {
    files: entries.map(({ path, isDirectory, size }) => ({
      path,
      is_dir: isDirectory,
      ...(size > 0 && { file_size: size }),
    })),
  };
}
