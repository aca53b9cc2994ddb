/** A vault with three bottles: the same drawing as favicon.svg, in the colours of the theme. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="var(--accent-fill)" />
      <path
        d="M7.5 25V15.5a8.5 8.5 0 0 1 17 0V25"
        fill="none"
        stroke="var(--on-accent)"
        strokeWidth="2.4"
        strokeLinecap="round"
      />
      <g fill="var(--on-accent)">
        <circle cx="16" cy="16.6" r="2.3" />
        <circle cx="12.9" cy="22.4" r="2.3" />
        <circle cx="19.1" cy="22.4" r="2.3" />
      </g>
    </svg>
  );
}
