/**
 * The process that trains: one task at a time, no database, no network, no secrets. It keeps data sets and compiled code
 * warm between tasks and ends when its supervisor does.
 */
import { CATALOGUE } from './catalogue/catalogue.js';
import type { CatalogueEntry } from './catalogue/catalogue-entry.js';
import { loadDataset } from './datasets/dataset.js';
import { splitDataset, type TrainingData, type TrainingOutcome } from './trainers/trainer.js';
import type { TrainingAnswer, TrainingRequest } from './training-messages.js';

const data = new Map<string, TrainingData>();

function train(name: string, input: Record<string, unknown>): TrainingOutcome {
  const entry = CATALOGUE.get(name);
  if (!entry) throw new Error(`This worker knows no experiment named ${name}; it may be of an older version.`);
  const outcome = entry.trainer(entry.parameters.parse(input), dataOf(entry));
  const { name: dataset } = entry.dataset;
  return {
    ...outcome,
    model: { ...outcome.model, data: { name: dataset, sha256: loadDataset(entry.dataset).sha256 } },
  };
}

function dataOf(entry: CatalogueEntry): TrainingData {
  let split = data.get(entry.name);
  if (!split) {
    split = splitDataset(loadDataset(entry.dataset), entry.seed);
    data.set(entry.name, split);
  }
  return split;
}

function answer(request: TrainingRequest): TrainingAnswer {
  const start = performance.now();
  try {
    const outcome = train(request.catalogue, request.input);
    return { id: request.id, runMs: performance.now() - start, outcome };
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    return { id: request.id, runMs: performance.now() - start, error: message, traceback: stack ?? message };
  }
}

// A terminal's Ctrl-C, or its end, reaches this process too; the supervisor decides when a running task is cut short.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit(0));
process.on('message', (request: TrainingRequest) => {
  process.send?.(answer(request));
});

for (const entry of CATALOGUE.values()) dataOf(entry);
