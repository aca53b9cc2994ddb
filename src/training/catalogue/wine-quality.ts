import { wineQualityRed } from '../datasets/winequality-red.js';
import { ElasticNetParameters, trainElasticNet } from '../trainers/elastic-net.trainer.js';
import { REGRESSION_METRICS } from '../trainers/regression-metrics.js';
import { defineExperiment } from './catalogue-entry.js';

export const wineQuality = defineExperiment({
  name: 'wine-quality',
  description: 'Predicts the quality of red wine (1,599 bottles, 11 laboratory measurements) with an elastic net.',
  dataset: wineQualityRed,
  seed: 40,
  parameters: ElasticNetParameters,
  trainer: trainElasticNet,
  metrics: REGRESSION_METRICS,
  examples: [
    { alpha: 0.1, l1_ratio: 0.5 },
    { alpha: 0.01, l1_ratio: 0.9 },
  ],
});
