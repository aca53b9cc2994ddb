/** Where to connect. `host` is the folder of a Unix socket, or on Windows the loopback address. */
export interface DatabaseAddress {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}
