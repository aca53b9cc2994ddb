import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';

/** Swagger UI's page has one inline style sheet; no other page may. */
const DOCS = /^\/docs(\/|\?|$)/;

const PAGE_HEADERS = headersOf(["'self'"]);
const DOCS_HEADERS = headersOf(["'self'", "'unsafe-inline'"]);

/** What tells browsers to trust only what is our own. */
export function securityHeadersFor(url: string): Record<string, string> {
  return DOCS.test(url) ? DOCS_HEADERS : PAGE_HEADERS;
}

/** None of helmet's headers depends on the request, so it is asked once and not for each one. */
function headersOf(styleSrc: string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  const response = {
    setHeader: (name: string, value: string) => {
      headers[name.toLowerCase()] = value;
    },
    removeHeader: () => undefined,
  };
  const middleware = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc,
        imgSrc: ["'self'", 'data:', 'blob:'],
        connectSrc: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        objectSrc: ["'none'"],
      },
    },
    // The server speaks HTTP; whoever puts TLS in front adds this there.
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    frameguard: { action: 'deny' },
    // For browsers and plug-ins that are gone.
    ieNoOpen: false,
    permittedCrossDomainPolicies: false,
    xssFilter: false,
  });
  middleware({} as IncomingMessage, response as unknown as ServerResponse, (error?: unknown) => {
    if (error) throw error;
  });
  return headers;
}
