/** The most bytes of a body, where a route does not say otherwise. */
export const BODY_LIMIT = 1024 * 1024;

/** The most characters of one part of an address. */
export const PATH_PART_LIMIT = 1_000;

/** How long the request line and headers may take to arrive. */
export const HEADERS_TIMEOUT_MS = 15_000;

/** How long a whole request may take to arrive. */
export const REQUEST_TIMEOUT_MS = 60_000;
