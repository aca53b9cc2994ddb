/** How well predictions meet the truth. */
export interface RegressionMetrics {
  /** Root mean squared error, in the unit of the target. */
  rmse: number;
  /** Mean absolute error, in the unit of the target. */
  mae: number;
  /** Share of the variance explained: 1 is perfect, 0 is as good as the mean, below 0 is worse. */
  r2: number;
}

/** The same, for people and programs that compare results. */
export const REGRESSION_METRICS = [
  { name: 'rmse', description: 'Root mean squared error on the test rows', better: 'lower' },
  { name: 'mae', description: 'Mean absolute error on the test rows', better: 'lower' },
  { name: 'r2', description: 'Share of the variance explained on the test rows', better: 'higher' },
] as const;

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
  const total = new PreciseSum();
  for (const value of actual) total.add(value);
  const mean = total.value / actual.length;
  const squared = new PreciseSum();
  const absolute = new PreciseSum();
  const spread = new PreciseSum();
  for (let i = 0; i < actual.length; i++) {
    const error = actual[i] - predicted[i];
    squared.add(error * error);
    absolute.add(Math.abs(error));
    spread.add((actual[i] - mean) ** 2);
  }
  const r2 = spread.value === 0 ? (squared.value === 0 ? 1 : 0) : 1 - squared.value / spread.value;
  return { rmse: Math.sqrt(squared.value / actual.length), mae: absolute.value / actual.length, r2 };
}

/**
 * A sum that does not lose the digits which r2 shows when it is near 0.
 * Source: A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 54, 1974.
 */
class PreciseSum {
  #sum = 0;
  #lost = 0;

  add(value: number): void {
    const next = this.#sum + value;
    this.#lost += Math.abs(this.#sum) >= Math.abs(value) ? this.#sum - next + value : value - next + this.#sum;
    this.#sum = next;
  }

  get value(): number {
    return this.#sum + this.#lost;
  }
}
