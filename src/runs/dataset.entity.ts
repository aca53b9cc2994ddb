import { defineEntity, p } from '@mikro-orm/core';

const DatasetSchema = defineEntity({
  name: 'Dataset',
  tableName: 'dataset',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    experimentId: p.integer(),
    name: p.text(),
    digest: p.text(),
    sourceType: p.text().default(''),
    source: p.text().default(''),
    schema: p.text().nullable(),
    profile: p.text().nullable(),
  },
  uniques: [{ name: 'dataset_name_digest', properties: ['experimentId', 'name', 'digest'] }],
});

/** A table that runs of an experiment were given. The first that is logged under a name and digest stays. */
export class Dataset extends DatasetSchema.class {}
DatasetSchema.setClass(Dataset);

const RunInputSchema = defineEntity({
  name: 'RunInput',
  tableName: 'run_input',
  properties: {
    runId: p.uuid().primary(),
    datasetId: p.bigint('string').primary(),
    /** Its tag mlflow.data.context, for searching. */
    context: p.text().nullable(),
    tags: p.json<Record<string, string>>().defaultRaw(`'{}'`),
  },
  indexes: [{ name: 'run_input_dataset', properties: ['datasetId'] }],
});

/** A data set that a run used. */
export class RunInput extends RunInputSchema.class {}
RunInputSchema.setClass(RunInput);
