import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { CATALOGUE } from '../src/training/catalogue/catalogue.js';
import { loadDataset } from '../src/training/datasets/dataset.js';
import { fitElasticNet, predict, reduceProblem } from '../src/training/trainers/elastic-net.js';
import { regressionMetrics } from '../src/training/trainers/regression-metrics.js';
import { splitDataset } from '../src/training/trainers/trainer.js';

interface ReferenceCase {
  alpha: number;
  l1_ratio: number;
  seed: number;
  rmse: number;
  mae: number;
  r2: number;
  n_iter: number;
  coef: number[];
  intercept: number;
}
const reference: { cases: ReferenceCase[] } = JSON.parse(
  readFileSync(new URL('./fixtures/wine-elasticnet.json', import.meta.url), 'utf8'),
);
const wine = CATALOGUE.get('wine-quality');
if (!wine) throw new Error('wine-quality left the catalogue');

const relative = (actual: number, expected: number) =>
  Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-300);

describe('the wine-quality experiment', () => {
  it.each(reference.cases)('equals scikit-learn for alpha $alpha and l1_ratio $l1_ratio', (expected) => {
    const data = splitDataset(loadDataset(wine.dataset), expected.seed);
    const { metrics, model } = wine.trainer({ alpha: expected.alpha, l1_ratio: expected.l1_ratio }, data);
    for (const name of ['rmse', 'mae', 'r2'] as const) {
      expect(relative(metrics[name], expected[name])).toBeLessThanOrEqual(1e-10);
    }
    Object.values(model.coefficients).forEach((weight, j) => {
      expect(Math.abs(weight - expected.coef[j])).toBeLessThanOrEqual(1e-10);
    });
    expect(relative(model.intercept, expected.intercept)).toBeLessThanOrEqual(1e-10);
    expect(model.iterations).toBe(expected.n_iter);
  });

  it('warns of alpha 0 and of a fit that did not converge', () => {
    const data = splitDataset(loadDataset(wine.dataset), wine.seed);
    expect(wine.trainer({ alpha: 0.1, l1_ratio: 0.5 }, data).warnings).toEqual([]);
    expect(wine.trainer({ alpha: 0, l1_ratio: 0.5 }, data).warnings).toEqual([
      expect.stringMatching(/alpha is 0/),
      expect.stringMatching(/Did not converge in 1000 iterations/),
    ]);
  });
});

describe('fitElasticNet', () => {
  const random = fc.double({ min: -10, max: 10, noNaN: true });
  const problem = fc
    .record({ rows: fc.integer({ min: 2, max: 12 }), columns: fc.integer({ min: 1, max: 4 }) })
    .chain(({ rows, columns }) =>
      fc.record({
        X: fc.array(fc.array(random, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows }),
        y: fc.array(random, { minLength: rows, maxLength: rows }),
        alpha: fc.double({ min: 0.01, max: 5, noNaN: true }),
        l1Ratio: fc.double({ min: 0.05, max: 1, noNaN: true }),
      }),
    );

  it('finds a minimum: no small step along a column improves the objective', () => {
    fc.assert(
      fc.property(problem, ({ X, y, alpha, l1Ratio }) => {
        const matrix = new Matrix(X);
        const target = Float64Array.from(y);
        const model = fitElasticNet(reduceProblem(matrix, target), {
          alpha,
          l1Ratio,
          tolerance: 1e-12,
          maxIterations: 20_000,
        });
        fc.pre(model.converged);
        const objective = (coefficients: Float64Array) => {
          const predicted = predict({ coefficients, intercept: 0 }, matrix);
          const shift = target.reduce((sum, value, i) => sum + value - predicted[i], 0) / y.length;
          const loss = target.reduce((sum, value, i) => sum + (value - predicted[i] - shift) ** 2, 0) / (2 * y.length);
          const l1 = coefficients.reduce((sum, weight) => sum + Math.abs(weight), 0);
          const l2 = coefficients.reduce((sum, weight) => sum + weight * weight, 0);
          return loss + alpha * l1Ratio * l1 + (alpha * (1 - l1Ratio) * l2) / 2;
        };
        const best = objective(model.coefficients);
        for (let j = 0; j < model.coefficients.length; j++) {
          for (const step of [-0.01, 0.01]) {
            const moved = model.coefficients.slice();
            moved[j] += step;
            expect(objective(moved)).toBeGreaterThanOrEqual(best - 1e-9 * (1 + best));
          }
        }
      }),
    );
  });

  it.each([[{ alpha: -1 }], [{ alpha: Number.NaN }], [{ l1Ratio: 1.1 }], [{ maxIterations: 0 }], [{ tolerance: 0 }]])(
    'refuses %p',
    (options) => {
      expect(() => fitElasticNet(reduceProblem(new Matrix([[1], [2]]), Float64Array.of(1, 2)), options)).toThrow(
        RangeError,
      );
    },
  );
});

describe('regressionMetrics', () => {
  it('gives r2 0 or 1 for a constant truth, never a division by zero', () => {
    expect(regressionMetrics(Float64Array.of(2, 2), Float64Array.of(2, 2))).toEqual({ rmse: 0, mae: 0, r2: 1 });
    expect(regressionMetrics(Float64Array.of(2, 2), Float64Array.of(1, 3))).toEqual({ rmse: 1, mae: 1, r2: 0 });
  });
});
