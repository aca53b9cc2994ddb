import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll } from '@jest/globals';
import { ApiClient } from './api-client.js';
import type { CellarProcess } from './cellar-process.js';
import { Installation } from './installation.js';

/** Where the wire of MLflow has the files of all runs. */
export const PROXY = '/api/2.0/mlflow-artifacts/artifacts';

export interface FileAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** A server with a run, asked for files by requests that nothing cleans: fetch corrects paths and sets types by itself. */
export class ArtifactStore {
  /** Where the native API has the files of the run. */
  readonly files: string;
  /** The folder that holds all files. */
  readonly root: string;

  private constructor(
    readonly installation: Installation,
    readonly cellar: CellarProcess,
    /** Of the run, with hyphens. */
    readonly runId: string,
  ) {
    this.files = `/api/v1/runs/${runId}/artifacts`;
    this.root = join(installation.folder.dataDir, 'artifacts');
  }

  static async start(): Promise<ArtifactStore> {
    const installation = await Installation.create('postgres');
    try {
      const cellar = await installation.start('main');
      return new ArtifactStore(installation, cellar, await startRun(cellar.url));
    } catch (error) {
      await installation.remove();
      throw error;
    }
  }

  /** The address of the run's files in the wire of MLflow. */
  get proxied(): string {
    return `${PROXY}/0/${this.runId.replaceAll('-', '')}/artifacts`;
  }

  /** @returns the id of another run, with hyphens */
  newRun(): Promise<string> {
    return startRun(this.cellar.url);
  }

  /** A request that the caller ends. */
  open(method: string, path: string, headers: RequestOptions['headers'] = {}): ClientRequest {
    return request({ host: '127.0.0.1', port: new URL(this.cellar.url).port, method, path, headers });
  }

  async send(
    method: string,
    path: string,
    body?: string | Buffer | Readable,
    headers: RequestOptions['headers'] = {},
  ): Promise<FileAnswer> {
    const outgoing = this.open(method, path, headers);
    const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
    if (body instanceof Readable) await pipeline(body, outgoing);
    else outgoing.end(body);
    const [response] = await answered;
    const parts = (await response.toArray()) as Buffer[];
    return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) };
  }

  /** Every path below the root with a digest of its content, links as links. */
  tree(): string[] {
    return readdirSync(this.root, { recursive: true, withFileTypes: true })
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return `${path} ${entry.isFile() ? sha256(readFileSync(path)) : ''}`;
      })
      .sort();
  }
}

/** Starts a store before the tests of a file and stops it after them. @param use is given it once it has started */
export function withArtifactStore(use: (store: ArtifactStore) => void): void {
  let store: ArtifactStore | undefined;
  beforeAll(async () => {
    store = await ArtifactStore.start();
    use(store);
  });
  afterAll(() => store?.installation.remove());
}

export const json = ({ body }: FileAnswer) => JSON.parse(body.toString());
export const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');

async function startRun(url: string): Promise<string> {
  const draft = { experiment_id: '0', start_time: 1 };
  const { body } = await new ApiClient(url).post<{ run: { info: { run_id: string } } }>(
    '/api/2.0/mlflow/runs/create',
    draft,
  );
  const id = body.run.info.run_id;
  return [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)].join('-');
}
