/** An answer with its body read. */
export interface Answer<Body = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: Body;
}

/** What tests read of an error. */
export interface ErrorAnswer {
  code: string;
  message: string;
  details: { field: string; reason: string; allowed?: string }[];
  requestId: string;
}

/** What tests read of a task. */
export interface TaskAnswer {
  task_id: string;
  status: string;
  attempt: number;
  result: Record<string, number | string> | null;
  warnings: string[];
  model: { coefficients: Record<string, number>; intercept: number; iterations: number; dual_gap: number } | null;
  [key: string]: unknown;
}

const FINAL = ['SUCCESS', 'FAILURE', 'REVOKED'];

/** Speaks HTTP to a server under test. */
export class ApiClient {
  constructor(readonly url: string) {}

  async get<Body = Record<string, unknown>>(path: string, headers: Record<string, string> = {}): Promise<Answer<Body>> {
    return this.#send(path, { headers });
  }

  /** Sends JSON; a text is sent as it is. */
  async post<Body = Record<string, unknown>>(
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    return this.#send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  /** @returns the id of a new task */
  async submit(
    input: Record<string, unknown>,
    headers: Record<string, string> = {},
    experiment = 'wine-quality',
  ): Promise<string> {
    const { status, body } = await this.post<{ task_id: string }>(`/experiment/${experiment}/`, input, headers);
    if (status !== 202) throw new Error(`the submission answered ${status}: ${JSON.stringify(body)}`);
    return body.task_id;
  }

  /** Asks for a task until it ended. */
  async ended(id: string, limitMs = 60_000): Promise<TaskAnswer> {
    const deadline = Date.now() + limitMs;
    for (;;) {
      const { body } = await this.get<TaskAnswer>(`/task/${id}`);
      if (FINAL.includes(body.status)) return body;
      if (Date.now() > deadline) throw new Error(`task ${id} is still ${body.status} after ${limitMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #send<Body>(path: string, init: RequestInit): Promise<Answer<Body>> {
    const response = await fetch(this.url + path, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : null) as Body };
  }
}
