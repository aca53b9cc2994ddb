import type { Comparison, OrderKey } from '../src/search/nodes.js';
import { isDecimal, judgeNumber, judgeText } from './search-evaluator.js';

/** A run as a search sees it. Times are milliseconds since 1970. */
export interface SearchedRun {
  /** 32 hexadecimal digits. */
  id: string;
  experiment: number;
  name: string;
  status: string;
  user: string;
  start: number | null;
  end: number | null;
  lifecycle: 'active' | 'deleted';
  parameters: Record<string, string>;
  tags: Record<string, string>;
  metrics: Record<string, number>;
  datasets: { name: string; digest: string; context: string | null }[];
}

/** Whether a comparison is true of a run. */
export function judgeRun(run: SearchedRun, comparison: Comparison): boolean {
  const { entity, key } = comparison;
  switch (entity) {
    case 'metric':
      return judgeNumber(comparison, run.metrics[key]);
    case 'parameter':
      return judgeText(comparison, run.parameters[key]);
    case 'tag':
      return judgeText(comparison, key === 'mlflow.runName' ? run.name : run.tags[key]);
    case 'dataset':
      return run.datasets.some((dataset) =>
        judgeText(comparison, dataset[key as 'name' | 'digest' | 'context'] ?? undefined),
      );
    default: {
      const value = attributeOf(run, key);
      return typeof value === 'string' ? judgeText(comparison, value) : judgeNumber(comparison, value ?? undefined);
    }
  }
}

/** Negative where the first comes before the second. */
export function compareRuns(order: readonly OrderKey[]): (a: SearchedRun, b: SearchedRun) => number {
  const named = (key: string) => order.some((one) => one.entity === 'attribute' && one.key === key);
  const keys: OrderKey[] = [...order];
  if (!named('start_time')) keys.push({ entity: 'attribute', key: 'start_time', direction: 'desc' });
  keys.push({ entity: 'attribute', key: 'run_id', direction: 'asc' });
  return (a, b) => {
    for (const key of keys) {
      const [one, other] = [keyValue(a, key), keyValue(b, key)];
      const difference =
        (key.asNumber && compareValues(numberIn(one), numberIn(other), key.direction)) ||
        compareValues(one, other, key.direction);
      if (difference !== 0) return difference;
    }
    return 0;
  };
}

type Value = string | number | null | undefined;

/** Numbers and texts, then NaN, then what is missing, in both directions. */
function compareValues(a: Value, b: Value, direction: 'asc' | 'desc'): number {
  const rank = (value: Value) => (value === null || value === undefined ? 2 : Number.isNaN(value) ? 1 : 0);
  if (rank(a) !== rank(b) || rank(a) > 0) return rank(a) - rank(b);
  const sign = direction === 'asc' ? 1 : -1;
  if (typeof a === 'string') return sign * Buffer.compare(Buffer.from(a), Buffer.from(String(b)));
  return a === b ? 0 : sign * (Number(a) < Number(b) ? -1 : 1);
}

/** A text that is longer than an index holds is not taken for a number in an order. */
function numberIn(value: Value): number | undefined {
  return typeof value === 'string' && value.length < 200 && isDecimal(value) ? Number(value) : undefined;
}

function keyValue(run: SearchedRun, { entity, key }: OrderKey): Value {
  if (entity === 'metric') return run.metrics[key];
  if (entity === 'parameter') return run.parameters[key];
  if (entity === 'tag') return key === 'mlflow.runName' ? run.name : run.tags[key];
  return attributeOf(run, key);
}

function attributeOf(run: SearchedRun, key: string): string | number | null {
  switch (key) {
    case 'status':
      return run.status;
    case 'run_name':
      return run.name;
    case 'user_id':
      return run.user;
    case 'run_id':
      return run.id;
    case 'artifact_uri':
      return `mlflow-artifacts:/${run.experiment}/${run.id}/artifacts`;
    case 'start_time':
      return run.start;
    case 'end_time':
      return run.end;
    default:
      throw new Error(`Runs have no attribute ${key}.`);
  }
}
