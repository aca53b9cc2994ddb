/** The memory of a process and of all that descends from it, as /proc tells it: on Linux only. */
import { readdirSync, readFileSync } from 'node:fs';

const SAMPLE_MS = 200;

/** `{ name, parent, rss }` of a process, `rss` in MiB; `undefined` once it has ended. */
function look(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (name) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1];
    return { name: field('Name'), parent: Number(field('PPid')), rss: Number(field('VmRSS') ?? 0) / 1024 };
  } catch {
    return undefined;
  }
}

/** Every process that descends from `root`, which is not among them. */
function descendants(root) {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), ...look(name) }));
  const below = (pid) => all.filter(({ parent }) => parent === pid).flatMap((child) => [child, ...below(child.pid)]);
  return below(root);
}

/**
 * Watches a process until `stop` is called.
 * @returns `stop`, which tells the peaks in MiB: `own`, and `children` by the program's name (how many at most, the most
 *   that all of them held together, the most of one)
 * @throws Error if there is no such process, or no /proc
 */
export function watchMemory(pid) {
  if (!look(pid)) throw new Error(`There is no process ${pid} in /proc`);
  let own = 0;
  const children = new Map();
  const sample = () => {
    own = Math.max(own, look(pid)?.rss ?? 0);
    for (const [name, group] of Map.groupBy(descendants(pid), (child) => child.name)) {
      const peak = children.get(name) ?? { processes: 0, together: 0, largest: 0 };
      const sizes = group.map(({ rss }) => rss);
      children.set(name, {
        processes: Math.max(peak.processes, sizes.length),
        together: Math.max(
          peak.together,
          sizes.reduce((sum, rss) => sum + rss, 0),
        ),
        largest: Math.max(peak.largest, ...sizes),
      });
    }
  };
  sample();
  const sampling = setInterval(sample, SAMPLE_MS);
  return {
    stop() {
      clearInterval(sampling);
      sample();
      return { own, children };
    },
  };
}
