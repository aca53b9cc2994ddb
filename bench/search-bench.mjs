#!/usr/bin/env node
import { optionsOf } from './options.mjs';
/**
 * How fast a big experiment is searched, over the MLflow wire, by one client: made for what fill-runs.mjs filled.
 *
 *   node bench/search-bench.mjs --url U --experiment ID [--seconds 5] [--token T]
 *
 * Each query is asked for so many seconds. The 1,000th page is reached once by its tokens, and then asked for on its own; an
 * experiment of fewer pages gives its last full one.
 */
import { table } from './report.mjs';
import { connect, quantiles } from './wire.mjs';

const options = optionsOf(
  {
    url: { type: 'string', default: 'http://127.0.0.1:3000' },
    experiment: { type: 'string' },
    seconds: { type: 'string', default: '5' },
    token: { type: 'string' },
  },
  { experiment: 'which one; fill-runs.mjs prints its id' },
);
const PAGE = 100;
const FAR_PAGE = 1000;
const wire = connect(options.url, options.token);
const search = async (query) => {
  const { runs = [], next_page_token } = await wire.post('/runs/search', {
    experiment_ids: [options.experiment],
    max_results: PAGE,
    ...query,
  });
  return { runs, next: next_page_token };
};

const filtered = { filter: "metrics.m1 > 0.5 and params.p1 = '7'", order_by: ['metrics.m2 DESC'] };
const like = {
  filter: "tags.t1 LIKE '%lue 4%' and metrics.m3 < 0.9",
  order_by: ['params.p2 ASC', 'attributes.start_time DESC'],
};
const byMetric = { order_by: ['metrics.m0 ASC'] };

/** Walks to a far page. @returns its number and the token that asks for it */
async function walk() {
  let page = { number: 1, token: undefined };
  let { next } = await search(byMetric);
  while (next && page.number < FAR_PAGE) {
    const here = await search({ ...byMetric, page_token: next });
    if (here.runs.length < PAGE) break;
    page = { number: page.number + 1, token: next };
    next = here.next;
  }
  return page;
}

const rows = [];
const failures = [];
/** Asks for `--seconds`, at least once. `ask` gets the number of the call and returns how many runs came. */
async function measure(name, ask) {
  try {
    const latencies = [];
    let found = 0;
    const start = performance.now();
    do {
      const begun = performance.now();
      found = await ask(latencies.length);
      latencies.push(performance.now() - begun);
    } while (performance.now() - start < Number(options.seconds) * 1000);
    const { p50, p95, p99 } = quantiles(latencies);
    rows.push([name, found, latencies.length, p50, p95, p99]);
  } catch (error) {
    rows.push([name, '-', '-', '-', '-', '-']);
    failures.push(`- ${name}: ${error.message}`);
  }
}
const count = (query) => async () => (await search(query)).runs.length;

await measure('filter on a metric and a parameter, by a metric', count(filtered));
await measure('LIKE on a tag and a metric, by a parameter and time', count(like));
await measure('newest', count({}));
await measure('page 1 by a metric', count(byMetric));
const far = await walk();
await measure(`page ${far.number} by a metric`, count({ ...byMetric, page_token: far.token }));
const ids = (await search({})).runs.map(({ info }) => info.run_id);
if (ids.length > 0) {
  await measure('get-run', async (i) => {
    await wire.get('/runs/get', { run_id: ids[i % ids.length] });
    return 1;
  });
}
wire.close();
console.log(table([['ms', 'runs found', 'calls', 'p50', 'p95', 'p99'], ...rows]));
if (failures.length > 0) console.log(`\nWhat failed:\n\n${failures.join('\n')}`);
