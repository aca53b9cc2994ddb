/** How well predictions meet the truth. */
export interface RegressionMetrics {
  /** Root mean squared error, in the unit of the target. */
  rmse: number;
  /** Mean absolute error, in the unit of the target. */
  mae: number;
  /** Share of the variance explained: 1 is perfect, 0 is as good as the mean, below 0 is worse. */
  r2: number;
}

/**
 * As scikit-learn's `mean_squared_error`, `mean_absolute_error` and `r2_score`; a constant truth gives r2 = 1 when met exactly, else 0.
 * @param actual n >= 1 values
 * @param predicted as many
 */
export function regressionMetrics(actual: Float64Array, predicted: Float64Array): RegressionMetrics {
  if (actual.length === 0 || actual.length !== predicted.length) {
    throw new RangeError(
      `${actual.length} true and ${predicted.length} predicted values: they must be equally many, at least 1`,
    );
  }
  const mean = actual.reduce((sum, value) => sum + value, 0) / actual.length;
  let squared = 0;
  let absolute = 0;
  let spread = 0;
  for (let i = 0; i < actual.length; i++) {
    const error = actual[i] - predicted[i];
    squared += error * error;
    absolute += Math.abs(error);
    spread += (actual[i] - mean) ** 2;
  }
  const r2 = spread === 0 ? (squared === 0 ? 1 : 0) : 1 - squared / spread;
  return { rmse: Math.sqrt(squared / actual.length), mae: absolute / actual.length, r2 };
}
