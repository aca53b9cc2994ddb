import type { DatasetDefinition } from './dataset.js';

/** Red vinho verde: eleven laboratory measurements and the median grade of at least three tasters. Source and licence: data/README.md. */
export const wineQualityRed: DatasetDefinition = {
  name: 'winequality-red',
  file: 'winequality-red.csv',
  delimiter: ';',
  columns: [
    'fixed acidity',
    'volatile acidity',
    'citric acid',
    'residual sugar',
    'chlorides',
    'free sulfur dioxide',
    'total sulfur dioxide',
    'density',
    'pH',
    'sulphates',
    'alcohol',
    'quality',
  ],
  target: 'quality',
  rows: 1599,
};
