/** How a benchmark says what it found. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';

export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** The versions and the machine, without which a figure says nothing. */
export function machine() {
  const versionIn = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).version;
  const [cellar, node] = [versionIn('../package.json'), versionIn('../node_modules/node/package.json')];
  return `Cellar ${cellar} on Node v${node}, clients on Node ${process.version}, ${availableParallelism()} cores (${cpus()[0].model}), ${Math.round(totalmem() / 2 ** 30)} GiB`;
}

/** A Markdown table; the first row names the columns. */
export function table([head, ...rows]) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
