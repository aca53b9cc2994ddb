/** Drawn on a grid of 16 with a line of 1.5. */
const PATHS = {
  clock: 'M8 4.5V8l2.3 1.6M14.25 8a6.25 6.25 0 1 1-12.5 0 6.25 6.25 0 0 1 12.5 0Z',
  play: 'M14.25 8a6.25 6.25 0 1 1-12.5 0 6.25 6.25 0 0 1 12.5 0ZM6.6 5.4v5.2L10.9 8Z',
  retry: 'M13.4 6.2A5.75 5.75 0 1 0 13.75 8.6M13.75 2.6v3.7h-3.7',
  check: 'M14.25 8a6.25 6.25 0 1 1-12.5 0 6.25 6.25 0 0 1 12.5 0ZM5.3 8.2l1.9 1.9 3.6-4',
  cross: 'M14.25 8a6.25 6.25 0 1 1-12.5 0 6.25 6.25 0 0 1 12.5 0ZM5.9 5.9l4.2 4.2M10.1 5.9l-4.2 4.2',
  ban: 'M14.25 8a6.25 6.25 0 1 1-12.5 0 6.25 6.25 0 0 1 12.5 0ZM3.6 3.6l8.8 8.8',
  warning:
    'M8 6.2v3M8 11.4v.1M7 2.6 1.6 12a1.15 1.15 0 0 0 1 1.75h10.8a1.15 1.15 0 0 0 1-1.75L9 2.6a1.15 1.15 0 0 0-2 0Z',
  star: 'm8 1.9 1.9 3.8 4.2.6-3 3 .7 4.2L8 11.5l-3.8 2 .7-4.2-3-3 4.2-.6Z',
  up: 'M8 13V3M4 7l4-4 4 4',
  down: 'M8 3v10M4 9l4 4 4-4',
  sort: 'M5 6l3-3 3 3M5 10l3 3 3-3',
  copy: 'M5.5 5.5V3.2c0-.5.4-.9.9-.9h6.4c.5 0 .9.4.9.9v6.4c0 .5-.4.9-.9.9h-2.3M9.6 5.5H3.2c-.5 0-.9.4-.9.9v6.4c0 .5.4.9.9.9h6.4c.5 0 .9-.4.9-.9V6.4c0-.5-.4-.9-.9-.9Z',
  folder: 'M1.75 12.2V3.9c0-.6.4-1 1-1h3.3l1.6 1.8h5.6c.6 0 1 .4 1 1v6.5c0 .6-.4 1-1 1H2.75c-.6 0-1-.4-1-1Z',
  chevron: 'M6 3.5 10.5 8 6 12.5',
  system:
    'M2.6 2.75h10.8c.5 0 .85.4.85.85v6.3c0 .5-.4.85-.85.85H2.6a.85.85 0 0 1-.85-.85V3.6c0-.5.4-.85.85-.85ZM5.5 13.25h5',
  light:
    'M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M12.6 3.4l-.7.7M4.1 11.9l-.7.7M10.9 8a2.9 2.9 0 1 1-5.8 0 2.9 2.9 0 0 1 5.8 0Z',
  dark: 'M13.9 9.6A6.2 6.2 0 0 1 6.4 2.1a6.2 6.2 0 1 0 7.5 7.5Z',
} as const;

export type IconName = keyof typeof PATHS;

/** Decoration beside a text that says the same, so screen readers skip it. */
export function Icon({ name, size = 16, filled = false }: { name: IconName; size?: number; filled?: boolean }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill={filled ? 'currentColor' : 'none'}
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
