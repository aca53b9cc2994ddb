import { userInfo } from 'node:os';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { parse } from 'pg-connection-string';
import { StartupError } from '../errors.js';

const PORT = 5432;

/** How to reach a database. A host that begins with / is the folder of a unix socket. */
export interface DatabaseTarget {
  host: string;
  port: number;
  user: string;
  password?: string;
  database: string;
  /** Absent or false = without TLS. */
  ssl?: boolean | TlsOptions;
}

/**
 * Reads an address as PostgreSQL's own programs do, certificates included; what it leaves out is localhost, port 5432 and the
 * user of this process.
 * @throws StartupError where a certificate can not be read, or is missing
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 */
export function databaseTargetOf(url: string): DatabaseTarget {
  try {
    const { host, port, user, password, database, ssl } = parse(url, { useLibpqCompat: true });
    return {
      host: host || 'localhost',
      port: Number(port || PORT),
      user: user || userInfo().username,
      password: password || undefined,
      database: database ?? '',
      ssl: ssl as DatabaseTarget['ssl'],
    };
  } catch (error) {
    throw new StartupError(
      `DATABASE_URL can not be used: ${(error as Error).message}`,
      'Check the files that it names, and that every special character of its password is percent-encoded.',
      { cause: error },
    );
  }
}
