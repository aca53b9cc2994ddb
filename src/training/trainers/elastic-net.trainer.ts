import { z } from 'zod';
import { fitElasticNet, type LinearProblem, predict, reduceProblem } from './elastic-net.js';
import { regressionMetrics } from './regression-metrics.js';
import type { Trainer, TrainingData } from './trainer.js';

/** Parameters of the ElasticNet trainer, under scikit-learn's names. */
export const ElasticNetParameters = z.strictObject({
  alpha: z
    .number()
    .min(0)
    .max(1e9)
    .default(0.5)
    .describe('Strength of the penalty: 0 is ordinary least squares, more shrinks the coefficients.'),
  l1_ratio: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('Share of the L1 penalty: 0 is ridge, 1 is lasso, between them an elastic net.'),
});

/** Every task of an experiment trains on the same rows, so their sums are made once. */
const problems = new WeakMap<TrainingData, LinearProblem>();

function problemOf(data: TrainingData): LinearProblem {
  const known = problems.get(data);
  if (known) return known;
  const problem = reduceProblem(data.XTrain, data.yTrain);
  problems.set(data, problem);
  return problem;
}

/** Fits on the training rows, measures on the test rows. */
export const trainElasticNet: Trainer<z.infer<typeof ElasticNetParameters>> = ({ alpha, l1_ratio }, data) => {
  const model = fitElasticNet(problemOf(data), { alpha, l1Ratio: l1_ratio });
  const warnings: string[] = [];
  if (alpha === 0) {
    warnings.push('alpha is 0: without a penalty coordinate descent converges badly. Prefer a small alpha.');
  }
  if (!model.converged) {
    warnings.push(
      `Did not converge in ${model.iterations} iterations (duality gap ${model.dualGap.toPrecision(3)}). ` +
        'The coefficients are those of the last one; a larger alpha or l1_ratio helps.',
    );
  }
  return {
    metrics: { ...regressionMetrics(data.yTest, predict(model, data.XTest)) },
    model: {
      coefficients: Object.fromEntries(data.features.map((name, j) => [name, model.coefficients[j]])),
      intercept: model.intercept,
      iterations: model.iterations,
      dual_gap: model.dualGap,
    },
    warnings,
  };
};
