import { expect } from '@jest/globals';
import type { ApiClient } from './api-client.js';
import type { Site } from './site.js';

export const EXPERIMENT = 'curves';
const POINTS = 2_000;
const SPIKE = { step: 1_234, value: 99.5 };
export const NOTE = 'Converges <b>late</b>.\nSecond line.';
/** What a model file may hold: no text, and every byte counts. */
export const MODEL = Uint8Array.from({ length: 3_000 }, (_, i) => (i * 31) % 256);

/** The runs of a client that the tests of pages look at, and requests for more of them. */
export class TrackedRuns {
  readonly #api: ApiClient;

  constructor(private readonly site: Site) {
    this.#api = site.api;
  }

  /** Logs a run with a spike, a file and a note, as an MLflow client does it, request by request. @returns its id */
  async logSpiky(): Promise<string> {
    const { experiment_id } = await this.mlflow<{ experiment_id: string }>('experiments/create', { name: EXPERIMENT });
    const start = Date.parse('2026-03-01T12:00:00Z');
    const { run } = await this.mlflow<{ run: { info: { run_id: string } } }>('runs/create', {
      experiment_id,
      run_name: 'spiky',
      user_id: 'ada',
      start_time: start,
      tags: [
        { key: 'team', value: 'growth' },
        { key: 'mlflow.source.name', value: 'train.py' },
        { key: 'mlflow.note.content', value: NOTE },
      ],
    });
    const { run_id } = run.info;
    const loss = (step: number) => (step === SPIKE.step ? SPIKE.value : 1 / (1 + step / 100));
    for (let first = 0; first < POINTS; first += 1_000) {
      await this.mlflow('runs/log-batch', {
        run_id,
        metrics: Array.from({ length: 1_000 }, (_, i) => ({
          key: 'train/loss',
          value: loss(first + i),
          step: first + i,
          timestamp: start + (first + i) * 100,
        })),
      });
    }
    await this.mlflow('runs/log-batch', {
      run_id,
      params: [
        { key: 'optimizer', value: 'adam' },
        { key: 'p'.repeat(250), value: 'v'.repeat(6_000) },
      ],
      metrics: [
        { key: 'accuracy', value: 0.875, step: 0, timestamp: start },
        ...[1, 2, 3].map((step) => ({ key: 'val/loss', value: 1 / step, step, timestamp: start + step })),
        { key: 'val/loss', value: 'NaN', step: 4, timestamp: start + 4 },
      ],
    });
    const stored = await fetch(`${this.site.url}/api/v1/runs/${run_id}/artifacts/model/weights%20v1.bin`, {
      method: 'PUT',
      body: MODEL,
    });
    expect(stored.status).toBe(200);
    await this.mlflow('runs/update', { run_id, status: 'FINISHED', end_time: start + 200_000 });
    return run_id;
  }

  /** Two short runs beside it, and an experiment without any. */
  async logOthers(): Promise<void> {
    for (const { name, value } of [
      { name: 'first', value: 0.5 },
      { name: 'second', value: 0.75 },
    ]) {
      const run_id = await this.started(EXPERIMENT, name, { optimizer: 'sgd', 'batch size': name });
      await this.mlflow('runs/log-batch', { run_id, metrics: [{ key: 'accuracy', value, step: 0, timestamp: 1 }] });
    }
    await this.#api.post('/api/v1/experiments', { name: 'nothing yet' });
  }

  /** @returns the id of a new run, in an experiment that is made where it is missing */
  async started(experiment: string, name: string, parameters: Record<string, string> = {}): Promise<string> {
    await this.#api.post('/api/v1/experiments', { name: experiment });
    const { body } = await this.#api.post<{ run_id: string }>('/api/v1/runs', { experiment, name, parameters });
    return body.run_id;
  }

  /** A request of the wire of MLflow. */
  async mlflow<Answer>(path: string, body: unknown): Promise<Answer> {
    const answer = await this.#api.post<Answer>(`/api/2.0/mlflow/${path}`, body);
    if (answer.status !== 200) throw new Error(`${path} answered ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
}
