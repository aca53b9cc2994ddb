const SIGNIFICANT_DIGITS = 6;

/**
 * Six significant digits: enough to tell results apart, short enough to compare at a glance.
 * @param padded keeps zeros at the end, so that a column lines up
 */
export function formatNumber(value: number, padded = false): string {
  const shortest = String(value);
  if (!Number.isFinite(value) || Number.isInteger(value)) return shortest;
  // 2.32705e-6 is read faster than 0.00000232705.
  const digits =
    Math.abs(value) < 1e-4 ? value.toExponential(SIGNIFICANT_DIGITS - 1) : value.toPrecision(SIGNIFICANT_DIGITS);
  // A parameter is a text as its client wrote it, so 5e-324 must not become 4.94066e-324 beside it.
  if (digits.includes('e')) return shortest.length <= digits.length ? shortest : digits;
  return padded ? digits : String(Number(digits));
}

/** Any JSON value in one line. */
export function formatValue(value: unknown, padded = false): string {
  if (typeof value === 'number') return formatNumber(value, padded);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function formatDuration(seconds: number): string {
  if (seconds > 0 && seconds < 0.001) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds > 0 && seconds < 1) return `${Number((seconds * 1000).toPrecision(3))} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const DURATION_UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const;

/** Milliseconds, of which nothing is left out: 1 d 3 h 0.5 s. */
export function formatExactDuration(milliseconds: number): string {
  let rest = Math.abs(milliseconds);
  const parts: string[] = [];
  for (const [unit, size] of DURATION_UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count} ${unit}`);
    rest -= count * size;
  }
  if (rest > 0 || parts.length === 0)
    parts.push(
      rest > 0 && rest < 1_000 && parts.length === 0 ? `${formatNumber(rest)} ms` : `${formatNumber(rest / 1_000)} s`,
    );
  return (milliseconds < 0 ? '-' : '') + parts.join(' ');
}

/** How long it was from one time to another; both are whole milliseconds. A client may log an end before the start. */
export function formatSpan(from: string, to: string): string {
  const milliseconds = Date.parse(to) - Date.parse(from);
  if (milliseconds < 0) return '–';
  return milliseconds === 0 ? '< 1 ms' : formatDuration(milliseconds / 1000);
}

/** Coarse on purpose: the exact time stands in the title. */
export function formatAge(iso: string, now: number): string {
  const seconds = Math.floor((now - Date.parse(iso)) / 1000);
  if (seconds < 5) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

const TIMES = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

export function formatTime(iso: string): string {
  return TIMES.format(new Date(iso));
}

const COUNTS = new Intl.NumberFormat('en');
const LIMITS = new Intl.NumberFormat('en', { maximumSignificantDigits: 17 });

export function formatCount(count: number): string {
  return COUNTS.format(count);
}

/** A limit, in full and with its thousands apart. */
export function formatLimit(limit: number): string {
  return LIMITS.format(limit);
}

/** "1 task", "2 tasks". */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** In units of 1,000, three digits of it. */
export function formatBytes(bytes: number): string {
  const unit = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), BYTE_UNITS.length - 1);
  return `${Number((bytes / 1000 ** unit).toPrecision(3))} ${BYTE_UNITS[unit]}`;
}
