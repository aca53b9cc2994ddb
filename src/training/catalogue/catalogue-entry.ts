import type { z } from 'zod';
import type { DatasetDefinition } from '../datasets/dataset.js';
import type { Trainer } from '../trainers/trainer.js';

/** A number that a task of an experiment ends with. */
export interface MetricDefinition {
  name: string;
  description: string;
  /** Which of two values is the better one. */
  better: 'lower' | 'higher';
}

/** An experiment that Cellar can run: trainer + data set + parameter schema. */
export interface CatalogueEntry<Schema extends z.ZodObject = z.ZodObject> {
  /** Lower case with hyphens; part of its address. */
  name: string;
  description: string;
  dataset: DatasetDefinition;
  /** Of the split into training and test rows. */
  seed: number;
  /** Checks, defaults and documents what a task of it takes. */
  parameters: Schema;
  trainer: Trainer<z.infer<Schema>>;
  /** What its tasks are measured by, the deciding one first. */
  metrics: readonly MetricDefinition[];
  /** Bodies that work, the first one shown first. */
  examples: z.input<Schema>[];
}

/** Keeps an entry's parameters, trainer and examples of one type. */
export function defineExperiment<Schema extends z.ZodObject>(entry: CatalogueEntry<Schema>): CatalogueEntry {
  return entry as unknown as CatalogueEntry;
}
