/**
 * A thread that sends a light request every so often, whether or not the last one was answered: how long it takes is how
 * long the server's event loop, or what it has instead, keeps others waiting. A thread, so that the work of the program
 * which loads the server does not count.
 */
import { once } from 'node:events';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

/**
 * Starts the requests.
 * @param settings `{ url, path, every }`, in ms
 * @returns `take`, which resolves with `{ latencies, failed }` since it was called last, and `stop`
 */
export function sendLightRequests(settings) {
  const thread = new Worker(fileURLToPath(import.meta.url), { workerData: settings });
  return {
    async take() {
      thread.postMessage('take');
      const [taken] = await once(thread, 'message');
      return taken;
    },
    stop: () => thread.terminate(),
  };
}

function answerFromThread({ url, path, every }) {
  const agent = new http.Agent({ keepAlive: true });
  let latencies = [];
  let failed = 0;
  setInterval(() => {
    const sent = performance.now();
    const failure = () => {
      failed++;
    };
    http
      .get(new URL(path, url), { agent }, (response) => {
        response.on('error', failure).resume();
        response.on('end', () => {
          if (response.statusCode === 200) latencies.push(performance.now() - sent);
          else failure();
        });
      })
      .on('error', failure);
  }, every);
  parentPort.on('message', () => {
    parentPort.postMessage({ latencies, failed });
    latencies = [];
    failed = 0;
  });
}

if (!isMainThread) answerFromThread(workerData);
