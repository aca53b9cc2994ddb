import { setTimeout as sleep } from 'node:timers/promises';
import { StartupError } from '../errors.js';
import type { DatabaseAddress, DatabaseLog, EmbeddedDatabase, SystemOverrides } from './embedded-database.js';
import { findBinaries } from './postgres-binaries.js';
import { addressOf, ensureCluster } from './postgres-cluster.js';
import { type ClusterPlace, clusterExists, placeCluster } from './postgres-owner.js';
import { clearRemains, hasEnded, startServer, stopServer } from './postgres-process.js';
import { openSession, type PresenceSession } from './postgres-session.js';
import { chooseListening, listeningOf, removeShortFolder } from './postgres-socket.js';
import { isRunning, isServerOf, mayBeServerOf, readPostmasterPid } from './postmaster-pid.js';
import { withStartLock } from './start-lock.js';

const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 5000;
/** How long a running server may stay silent before PostgreSQL itself judges whether it is one. */
const ATTACH_SILENCE_MS = 2000;
const SHUTDOWN_MS = 60_000;
const STOP_LOCK_MS = 30_000;
const REJOIN_MS = 5000;

/** One process's hold on the server of one data folder. */
export class EmbeddedServer implements EmbeddedDatabase {
  started = false;
  #place?: ClusterPlace;
  #session?: PresenceSession;
  #pid?: number;
  #healing?: Promise<void>;
  #stopped?: Promise<void>;
  readonly #stopping = new AbortController();

  constructor(
    private readonly dataDir: string,
    private readonly log: DatabaseLog,
    private readonly durable: boolean,
    private readonly overrides: SystemOverrides,
  ) {}

  get address(): DatabaseAddress {
    if (!this.#session) throw new Error('The embedded database was not opened.');
    return this.#session.address;
  }

  async open(): Promise<void> {
    this.#hold(await this.#acquire());
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  #hold(session: PresenceSession): void {
    this.#session = session;
    this.#pid = this.#place && readPostmasterPid(this.#place.cluster)?.pid;
    void session.ended.then(() => {
      if (!this.#stopping.signal.aborted) this.#healing = this.#heal();
    });
  }

  async #heal(): Promise<void> {
    const { signal } = this.#stopping;
    this.log('The database server went away; starting it again', 'warn');
    for (let delay = FIRST_RETRY_MS; !signal.aborted; delay = Math.min(delay * 2, LAST_RETRY_MS)) {
      try {
        this.#hold(await this.#acquire());
        this.log('The database server answers again', 'warn');
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.log(`The database server did not start, next attempt in ${delay} ms: ${(error as Error).message}`, 'warn');
      }
      await sleep(delay, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #acquire(): Promise<PresenceSession> {
    const { signal } = this.#stopping;
    try {
      return await withStartLock(this.dataDir, this.log, signal, async () => {
        const first = this.#place === undefined;
        this.#place ??= placeCluster({ dataDir: this.dataDir, log: this.log, ...this.overrides });
        return (await this.#attach(this.#place, signal)) ?? (await this.#start(this.#place, first));
      });
    } catch (cause) {
      if (cause instanceof StartupError || signal.aborted) throw cause;
      throw new StartupError(
        `The embedded PostgreSQL could not be started: ${cause instanceof Error ? cause.message : String(cause)}`,
        `Make sure that ${this.dataDir} can be written, or set DATABASE_URL to a PostgreSQL server of your own.`,
        { cause },
      );
    }
  }

  /** Joins the server that already runs, whoever started it; waits for one that is about to end. */
  async #attach({ cluster }: ClusterPlace, signal: AbortSignal): Promise<PresenceSession | undefined> {
    const holder = readPostmasterPid(cluster);
    if (!holder) return undefined;
    const isAlive = () => readPostmasterPid(cluster)?.pid === holder.pid && mayBeServerOf(cluster, holder.pid);
    const address = addressOf(cluster, listeningOf(cluster, holder));
    const session = await openSession({ address, cluster, isAlive, silenceMs: ATTACH_SILENCE_MS, signal });
    if (!session && readPostmasterPid(cluster)?.status === 'stopping') await hasEnded(cluster, holder.pid, SHUTDOWN_MS);
    if (session) this.started = false;
    return session;
  }

  async #start(place: ClusterPlace, mayInitialise: boolean): Promise<PresenceSession> {
    if (!mayInitialise && !clusterExists(place.cluster)) {
      throw new StartupError(
        `The files of the database in ${place.cluster} are gone.`,
        'Put them back, or restart Cellar to begin with an empty database.',
      );
    }
    const binaries = await findBinaries(place, this.log, this.overrides.packageFolder);
    await ensureCluster(place, binaries, this.durable);
    await clearRemains(place);
    const address = addressOf(place.cluster, await chooseListening(place, this.overrides.shortFolders));
    const session = await startServer({
      place,
      binaries,
      address,
      durable: this.durable,
      signal: this.#stopping.signal,
    });
    this.started = true;
    return session;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    await this.#healing;
    const place = this.#place;
    if (!this.#session || !place) return;
    let locked = false;
    const leave = () => {
      locked = true;
      return this.#leave(place);
    };
    try {
      await withStartLock(this.dataDir, this.log, AbortSignal.timeout(STOP_LOCK_MS), leave).catch((error) => {
        // A data folder that is full or was removed can not be locked, but its server must still end.
        if (error instanceof StartupError && !locked) return leave();
        throw error;
      });
    } catch (error) {
      this.log(`The database server was left as it is: ${(error as Error).message}`, 'warn');
    } finally {
      await this.#session.close();
    }
  }

  async #leave(place: ClusterPlace): Promise<void> {
    let last = await this.#session?.leave().catch(() => undefined);
    if (last === undefined) {
      // The connection broke. If only one of the server's processes crashed, the server itself lives on.
      await this.#session?.close();
      this.#session = (await this.#attach(place, AbortSignal.timeout(REJOIN_MS))) ?? this.#session;
      const holder = readPostmasterPid(place.cluster);
      if (!this.#session?.isOpen) {
        if (holder && isRunning(holder.pid))
          this.log(`The database server (process ${holder.pid}) does not answer`, 'warn');
        return;
      }
      this.#pid = holder?.pid;
      last = await this.#session.leave();
    }
    if (last && this.#pid !== undefined) await this.#end(place, this.#pid);
  }

  async #end(place: ClusterPlace, pid: number): Promise<void> {
    if (!isServerOf(place.cluster, pid, place.owner.uid)) {
      this.log(
        `The database server (process ${pid}) runs in another container or was replaced; it is left to itself`,
        'warn',
      );
    } else if (await stopServer(place, pid)) {
      if (this.#session) removeShortFolder(place.cluster, this.#session.address.host);
    } else {
      this.log(`The database server (process ${pid}) did not end within 20 s; it is left to itself`, 'warn');
    }
  }
}
