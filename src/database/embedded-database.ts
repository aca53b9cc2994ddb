/** Where to connect. `host` is the folder of a Unix socket, or on Windows the loopback address. */
export interface DatabaseAddress {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

/** A PostgreSQL server that this process may use until it calls {@link EmbeddedDatabase.stop}. */
export interface EmbeddedDatabase {
  /** Read it anew for each connection: on Windows a restarted server may listen on another port. */
  readonly address: DatabaseAddress;
  /** True if this process started the server, false if it found one. */
  readonly started: boolean;
  /** Leaves the server and, when no other process uses it, stops it. Never throws and never hangs. */
  stop(): Promise<void>;
}

/** Told what happens to the server; `warn` where it should not have. */
export type DatabaseLog = (line: string, level?: 'warn') => void;

export interface EmbeddedOptions {
  /** Absolute path of DATA_DIR. The cluster is its subfolder `postgres`. */
  dataDir: string;
  log: DatabaseLog;
  /** False only in tests on temporary folders: a power cut may then lose or damage the data. */
  durable?: boolean;
}

/** What tests put in the place of the system's own. */
export interface SystemOverrides {
  /** Instead of /etc/passwd. */
  passwdFile?: string;
  /** Instead of /var/lib/cellar. */
  systemFolder?: string;
  /** Instead of the installed platform package. */
  packageFolder?: string;
  /** Instead of the temporary folders that take a socket whose path would be too long in DATA_DIR. */
  shortFolders?: string[];
}
