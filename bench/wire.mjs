/** A client of the MLflow wire for benchmarks: connections that stay open, every answer but a 200 an error. */
import http from 'node:http';
import { text } from 'node:stream/consumers';

const MLFLOW = '/api/2.0/mlflow';

/** @param token sent as a bearer token, if there is one */
export function connect(url, token) {
  const base = new URL(url);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });

  /** Sends a request and resolves with the response, whose body is still to be read. `body` is a Buffer or a Readable. */
  function request(method, path, { headers = {}, body } = {}) {
    return new Promise((resolve, reject) => {
      const sent = http.request(
        {
          agent,
          host: base.hostname,
          port: base.port,
          method,
          path,
          headers: { ...headers, ...(token ? { authorization: `Bearer ${token}` } : {}) },
        },
        async (response) => {
          if (response.statusCode === 200) return resolve(response);
          const said = await text(response).catch((error) => error.message);
          // What is left of a body that was refused is not sent.
          if (!sent.writableFinished) sent.destroy();
          reject(new Error(`${method} ${path} -> ${response.statusCode} ${said.slice(0, 300)}`));
        },
      );
      sent.on('error', reject);
      if (typeof body?.pipe === 'function') body.on('error', (error) => sent.destroy(error)).pipe(sent);
      else sent.end(body);
    });
  }

  async function post(path, content) {
    const body = Buffer.from(JSON.stringify(content));
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    return JSON.parse(await text(await request('POST', MLFLOW + path, { headers, body })));
  }

  const streamOf = (path, query) => request('GET', `${MLFLOW}${path}?${new URLSearchParams(query)}`);
  const get = async (path, query) => JSON.parse(await text(await streamOf(path, query)));

  return { request, post, get, streamOf, close: () => agent.destroy() };
}

/** Latencies in ms, as p50, p95, p99 and max with two digits after the point; dashes if there are none. */
export function quantiles(latencies) {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]?.toFixed(2) ?? '-';
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
