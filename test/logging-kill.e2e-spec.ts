import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from './api-client.js';
import { Installation, signal, waitFor } from './installation.js';

const WIRE = '/api/2.0/mlflow';
const CLIENTS = 4;
const BATCHES = 60;
const POINTS = 500;
const KEYS = 5;

/** Milliseconds since 1970. */
const START = 1_700_000_000_000;

interface LoggedPoint {
  key: string;
  value: number;
  timestamp: number;
  step: number;
}

/** Points that no other batch holds; the same batch again holds the same. */
function batchOf(client: number, number: number): LoggedPoint[] {
  return Array.from({ length: POINTS }, (_, i) => {
    const step = (client * BATCHES + number) * POINTS + i;
    return { key: `m${i % KEYS}`, value: step / 7, timestamp: START + step, step };
  });
}

interface History {
  metrics: LoggedPoint[];
}

/** Four clients that log to one run, each batch again until it is acknowledged, as MLflow's client does. */
class Loggers {
  acknowledged = 0;
  repeated = 0;
  readonly refused: unknown[] = [];

  private constructor(
    /** Changes when the server is started again. */
    public api: ApiClient,
    private readonly runId: string,
  ) {}

  static async create(url: string): Promise<Loggers> {
    const api = new ApiClient(url);
    const draft = { experiment_id: '0', start_time: 1 };
    const { body } = await api.post<{ run: { info: { run_id: string } } }>(`${WIRE}/runs/create`, draft);
    return new Loggers(api, body.run.info.run_id);
  }

  async logAll(): Promise<void> {
    await Promise.all(Array.from({ length: CLIENTS }, (_, client) => this.#log(client)));
  }

  /** The run holds every point, and each once. */
  async expectAll(): Promise<void> {
    expect(this.refused).toEqual([]);
    expect(this.repeated).toBeGreaterThan(0);
    let found = 0;
    for (let key = 0; key < KEYS; key++) {
      const path = `${WIRE}/metrics/get-history?run_id=${this.runId}&metric_key=m${key}`;
      const { metrics } = (await this.api.get<History>(path)).body;
      const wrong = metrics.filter((point) => point.value !== point.step / 7 || point.timestamp !== START + point.step);
      expect(wrong).toEqual([]);
      expect(new Set(metrics.map(({ step }) => step)).size).toBe(metrics.length);
      found += metrics.length;
    }
    expect(found).toBe(CLIENTS * BATCHES * POINTS);
  }

  async #log(client: number): Promise<void> {
    for (let batch = 0; batch < BATCHES; batch++) {
      const body = { run_id: this.runId, metrics: batchOf(client, batch) };
      while (!(await this.#isAcknowledged(body))) {
        this.repeated++;
        await sleep(20);
      }
      this.acknowledged++;
    }
  }

  async #isAcknowledged(body: unknown): Promise<boolean> {
    const answer = await this.api.post(`${WIRE}/runs/log-batch`, body).catch(() => undefined);
    if (answer && answer.status >= 400 && answer.status < 500) this.refused.push(answer.body);
    return answer?.status === 200;
  }
}

const LIMIT_MS = 120_000;
const MIDDLE = (CLIENTS * BATCHES) / 3;

async function onFresh(scenario: (installation: Installation) => Promise<void>): Promise<void> {
  const installation = await Installation.create('postgres');
  try {
    await scenario(installation);
  } finally {
    await installation.remove();
  }
}

it.concurrent(
  'loses no acknowledged point and repeats none when the server is killed while four clients log',
  () =>
    onFresh(async (installation) => {
      let server = await installation.start('main', '--api-only');
      const loggers = await Loggers.create(server.url);
      const logging = loggers.logAll();
      for (const part of [1, 2]) {
        await waitFor('batches', 30_000, () => loggers.acknowledged >= (part * MIDDLE) / 1.5);
        expect(loggers.acknowledged).toBeLessThan(CLIENTS * BATCHES);
        await server.stop('SIGKILL');
        server = await installation.start('main', '--api-only');
        loggers.api = new ApiClient(server.url);
      }
      await logging;
      await loggers.expectAll();
    }),
  LIMIT_MS,
);

it.concurrent(
  'loses no acknowledged point and repeats none when the database is killed while four clients log',
  () =>
    onFresh(async (installation) => {
      const server = await installation.start('main', '--api-only');
      await installation.leave();
      const loggers = await Loggers.create(server.url);
      const logging = loggers.logAll();
      await waitFor('batches', 30_000, () => loggers.acknowledged >= MIDDLE);
      expect(loggers.acknowledged).toBeLessThan(CLIENTS * BATCHES);
      const postmaster = installation.folder.serverPid;
      if (postmaster === undefined) throw new Error('the database has no process');
      signal(postmaster, 'SIGKILL');
      await logging;
      await loggers.expectAll();
      expect(await server.stop()).toBe(0);
    }),
  LIMIT_MS,
);
