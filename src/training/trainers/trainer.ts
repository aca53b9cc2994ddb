import { Matrix } from 'ml-matrix';
import type { Dataset } from '../datasets/dataset.js';
import { trainTestSplit } from '../permutation.js';

/** A linear model as it is stored and shown. */
export interface LinearModelView {
  coefficients: Record<string, number>;
  intercept: number;
  iterations: number;
  dual_gap: number;
  /** What it was trained on; the process that trains adds it. */
  data?: { name: string; sha256: string };
}

/** What one training leaves behind. */
export interface TrainingOutcome {
  metrics: Record<string, number>;
  model: LinearModelView;
  /** Sentences for people: what about this result deserves doubt. */
  warnings: string[];
}

/** A data set cut in two. */
export interface TrainingData {
  features: readonly string[];
  XTrain: Matrix;
  yTrain: Float64Array;
  XTest: Matrix;
  yTest: Float64Array;
}

/** An algorithm of the catalogue: a pure function of its parameters and data. */
export type Trainer<Parameters> = (parameters: Parameters, data: TrainingData) => TrainingOutcome;

/** Cuts as scikit-learn's `train_test_split` after `np.random.seed(seed)`. */
export function splitDataset(dataset: Dataset, seed: number): TrainingData {
  const { train, test } = trainTestSplit(seed, dataset.y.length);
  const rowsOf = (order: Int32Array) => new Matrix(Array.from(order, (i) => dataset.X[i]));
  const targetOf = (order: Int32Array) => Float64Array.from(order, (i) => dataset.y[i]);
  return {
    features: dataset.features,
    XTrain: rowsOf(train),
    yTrain: targetOf(train),
    XTest: rowsOf(test),
    yTest: targetOf(test),
  };
}
