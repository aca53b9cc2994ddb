import { HEAD_LENGTH } from './run-index.entity.js';

/**
 * Pieces of statements that write runs: whatever finds and orders them changes in the same statement. Whoever writes more
 * than one of them does it in this order, and each in the order of its keys' code points, so that nobody waits for one who
 * waits for him.
 */

/**
 * Indexes the parameters or tags of runs.
 * @param from a table or CTE with `id`, `experiment_id` and the column
 * @param column a JSON object of texts
 */
export const indexLabels = (table: 'run_parameter' | 'run_tag', from: string, column: string) => `
    INSERT INTO ${table} (run_id, key, experiment_id, head)
    SELECT ${from}.id, each.key, experiment_id, left(each.value, ${HEAD_LENGTH})
    FROM ${from}, jsonb_each_text(${column}) AS each`;

/** The order of latest values: NaN counts as 0. */
const RANK = (row: string) =>
  `(${row}.step, ${row}.timestamp, CASE WHEN ${row}.value = 'NaN' THEN 0 ELSE ${row}.value END)`;

/**
 * Keeps the later of the value that a run has and the one that is given. Returns what changed, and whether it is new.
 * @param from a table or CTE with `run`, `key`, `experiment_id`, `value`, `step` and `timestamp`
 */
export const keepLatest = (from: string) => `
    INSERT INTO latest_metric (run_id, key, experiment_id, value, step, timestamp)
    SELECT run, key, experiment_id, value, step, timestamp FROM ${from} ORDER BY run, key
    ON CONFLICT (run_id, key) DO UPDATE SET value = excluded.value, step = excluded.step, timestamp = excluded.timestamp
    WHERE ${RANK('latest_metric')} < ${RANK('excluded')}
    RETURNING experiment_id, key, xmax = 0 AS is_new`;

/**
 * Counts keys that runs of an experiment did not have before.
 * @param added a query for `experiment_id`, `kind` and `key`
 * @param removed another, for those that runs have no more
 */
export const countKeys = (added: string, removed?: string) => `
    INSERT INTO run_key (experiment_id, kind, key, runs)
    SELECT experiment_id, kind, key, ${removed ? 'sum(by)' : 'count(*)'}
    FROM (${removed ? `SELECT *, 1 AS by FROM (${added}) AS added UNION ALL SELECT *, -1 FROM (${removed}) AS removed` : added}) AS counted
    GROUP BY 1, 2, 3 ORDER BY experiment_id, kind, key COLLATE "C"
    ON CONFLICT (experiment_id, kind, key) DO UPDATE SET runs = run_key.runs + excluded.runs`;
