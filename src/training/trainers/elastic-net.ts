import { Matrix } from 'ml-matrix';

/** What can be set of a fit. Absent = the default of scikit-learn 1.2. */
export interface ElasticNetOptions {
  /** Strength of the penalty, finite and >= 0. Default 1. */
  alpha?: number;
  /** Share of the L1 penalty, 0 to 1. Default 0.5. */
  l1Ratio?: number;
  /** The most sweeps over all columns, an integer >= 1. Default 1000. */
  maxIterations?: number;
  /** Stops when the duality gap falls below this times y'y (y centred), > 0. Default 1e-4. */
  tolerance?: number;
}

/** A fitted linear model. */
export interface ElasticNetModel {
  /** One weight a column, in their order. */
  coefficients: Float64Array;
  intercept: number;
  /** Sweeps that were made. */
  iterations: number;
  /** On the scale of the objective, that is divided by the number of rows, as scikit-learn's `dual_gap_`. */
  dualGap: number;
  converged: boolean;
}

/**
 * Fits `y ~ X w + b` by minimising 1/(2n) ||y - Xw - b||^2 + alpha l1Ratio ||w||_1 + alpha (1 - l1Ratio)/2 ||w||^2.
 *
 * Cyclic coordinate descent from w = 0 with the duality-gap stop of scikit-learn 1.2, in the same order of operations, so
 * that it walks the same path and stops after the same sweep. Sources: J. Friedman, T. Hastie, R. Tibshirani,
 * "Regularization Paths for Generalized Linear Models via Coordinate Descent", J. Stat. Softw. 33(1), 2010; S.-J. Kim et
 * al., "An Interior-Point Method for Large-Scale l1-Regularized Least Squares", IEEE JSTSP 1(4), 2007 (the gap).
 *
 * @param X n rows, p columns, n >= 1, p >= 1; not changed
 * @param y n values; not changed
 * @throws RangeError for options out of range or shapes that do not fit
 */
export function fitElasticNet(X: Matrix, y: Float64Array, options: ElasticNetOptions = {}): ElasticNetModel {
  const { alpha, l1Ratio, maxIterations, tolerance } = checkOptions(options);
  const rows = X.rows;
  const columns = X.columns;
  if (y.length !== rows || rows === 0 || columns === 0) {
    throw new RangeError(
      `X is ${rows} x ${columns} and y has ${y.length} values: they must have the same, positive length`,
    );
  }
  const means = Float64Array.from(X.mean('column'));
  const centred = centredColumns(X, means);
  const yMean = y.reduce((sum, value) => sum + value, 0) / rows;
  const target = y.map((value) => value - yMean);

  const l1 = alpha * l1Ratio * rows;
  const l2 = alpha * (1 - l1Ratio) * rows;
  const squares = centred.map((column) => dot(column, column));
  const targetSquare = dot(target, target);
  const weights = new Float64Array(columns);
  const residual = target.slice();
  const threshold = tolerance * targetSquare;

  let gap = threshold + 1;
  let iterations = 0;
  let converged = false;
  while (iterations < maxIterations && !converged) {
    iterations++;
    const { largestChange, largestWeight } = sweep(centred, squares, weights, residual, l1, l2);
    const settled = largestWeight === 0 || largestChange / largestWeight < tolerance;
    if (settled || iterations === maxIterations) {
      gap = dualityGap(centred, weights, residual, target, l1, l2);
      converged = gap < threshold;
    }
  }
  return { coefficients: weights, intercept: yMean - dot(means, weights), iterations, dualGap: gap / rows, converged };
}

/**
 * Applies a model.
 * @param X n rows, as many columns as the model has weights
 * @returns n values
 */
export function predict(model: Pick<ElasticNetModel, 'coefficients' | 'intercept'>, X: Matrix): Float64Array {
  const product = X.mmul(Matrix.columnVector(model.coefficients));
  return Float64Array.from(product.to1DArray(), (value) => value + model.intercept);
}

function checkOptions(options: ElasticNetOptions): Required<ElasticNetOptions> {
  const checked = {
    alpha: options.alpha ?? 1,
    l1Ratio: options.l1Ratio ?? 0.5,
    maxIterations: options.maxIterations ?? 1000,
    tolerance: options.tolerance ?? 1e-4,
  };
  if (!(checked.alpha >= 0 && Number.isFinite(checked.alpha))) {
    throw new RangeError(`alpha must be finite and >= 0, it is ${checked.alpha}`);
  }
  if (!(checked.l1Ratio >= 0 && checked.l1Ratio <= 1)) {
    throw new RangeError(`l1Ratio must be from 0 to 1, it is ${checked.l1Ratio}`);
  }
  if (!(Number.isInteger(checked.maxIterations) && checked.maxIterations >= 1)) {
    throw new RangeError(`maxIterations must be an integer >= 1, it is ${checked.maxIterations}`);
  }
  if (!(checked.tolerance > 0 && Number.isFinite(checked.tolerance))) {
    throw new RangeError(`tolerance must be finite and > 0, it is ${checked.tolerance}`);
  }
  return checked;
}

/** One pass over all columns; updates `weights` and `residual` in place. Columns without spread are passed over. */
function sweep(
  columns: Float64Array[],
  squares: number[],
  weights: Float64Array,
  residual: Float64Array,
  l1: number,
  l2: number,
): { largestChange: number; largestWeight: number } {
  let largestChange = 0;
  let largestWeight = 0;
  for (let j = 0; j < columns.length; j++) {
    if (squares[j] === 0) continue;
    const column = columns[j];
    const before = weights[j];
    if (before !== 0) addScaled(residual, column, before);
    const correlation = dot(column, residual);
    const after = (Math.sign(correlation) * Math.max(Math.abs(correlation) - l1, 0)) / (squares[j] + l2);
    if (after !== 0) addScaled(residual, column, -after);
    weights[j] = after;
    largestChange = Math.max(largestChange, Math.abs(after - before));
    largestWeight = Math.max(largestWeight, Math.abs(after));
  }
  return { largestChange, largestWeight };
}

/** How far the objective (times n) can still be from its minimum: never less than the true distance. */
function dualityGap(
  columns: Float64Array[],
  weights: Float64Array,
  residual: Float64Array,
  target: Float64Array,
  l1: number,
  l2: number,
): number {
  const dualNorm = columns.reduce(
    (largest, column, j) => Math.max(largest, Math.abs(dot(column, residual) - l2 * weights[j])),
    0,
  );
  const residualSquare = dot(residual, residual);
  const scale = dualNorm > l1 ? l1 / dualNorm : 1;
  const fit = dualNorm > l1 ? 0.5 * (residualSquare + residualSquare * scale * scale) : residualSquare;
  const l1Norm = weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
  return fit + l1 * l1Norm - scale * dot(residual, target) + 0.5 * l2 * (1 + scale * scale) * dot(weights, weights);
}

/** Columns are walked one at a time, so each lies in an array of its own. */
function centredColumns(X: Matrix, means: Float64Array): Float64Array[] {
  return Array.from(means, (mean, j) => Float64Array.from({ length: X.rows }, (_, i) => X.get(i, j) - mean));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function addScaled(target: Float64Array, source: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] += factor * source[i];
}
